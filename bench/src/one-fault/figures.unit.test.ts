import { expect, it } from 'vitest'
import type { Bought } from './buyers.ts'
import { disagreements, figuresByPhase, figuresBySecond, type Plan, problemsOf } from './figures.ts'

const plan: Plan = { perSecond: 1, seconds: 3, downFrom: 1, downTo: 2 }
const start = 1_000_000
const accepted = (id: number, second: number, answer: number): Bought => {
  const due = start + second * 1_000
  return { id, due, answered: due + answer, status: 200, accepted: true }
}
const refused = (id: number, second: number, answer: number): Bought => ({
  ...accepted(id, second, answer),
  status: 503,
  accepted: false
})
const run = {
  way: 'by event',
  start,
  bought: [accepted(1, -0.5, 900), accepted(2, 0.5, 10), accepted(3, 1.5, 20), refused(4, 1.9, 5), accepted(5, 2, 30)],
  deliveries: new Map([
    [2, start + 600],
    [3, start + 2_500],
    [4, start + 2_600]
  ])
} as const

it('counts what was due before, during and after the fault, without the warm-up', () => {
  const phases = figuresByPhase(plan, run)
  expect(phases.map(one => [one.phase, one.due, one.accepted])).toEqual([
    ['before', 1, 1],
    ['during', 2, 1],
    ['after', 1, 1]
  ])
  const [, during] = phases
  expect(during).toMatchObject({ answer: { n: 1, p50: 20 }, refusal: { n: 1, p50: 5 }, delivery: { n: 1, p50: 1_000 } })
})

it('has a row for each second', () => {
  expect(figuresBySecond(plan, run).map(({ second, due }) => [second, due])).toEqual([
    [0, 1],
    [1, 2],
    [2, 1]
  ])
})

it('finds accepted purchases without a delivery, and refused ones with one', () => {
  expect(disagreements(run.bought, run.deliveries)).toEqual({ acceptedWithoutDelivery: 2, refusedWithDelivery: 1 })
})

it('says that a purchase was lost, and that a busy machine measures itself', () => {
  const found = { 'by event': disagreements(run.bought, run.deliveries) }
  const phases = figuresByPhase({ ...plan, downFrom: 2, downTo: 3 }, run)
  expect(problemsOf({ phases, disagreements: found })).toEqual([
    'by event: 2 accepted purchases have no delivery',
    'by event: only 2 of 3 were accepted before the fault; the machine is too busy, measure again'
  ])
})
