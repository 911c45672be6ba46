import { expect, it } from 'vitest'
import { isHeld } from './measure-orders.ts'
import { inRounds } from './section.ts'
import { stagesOf } from './stages.ts'

it('divides the whole time between the COMMITs, over orders that were seen in all stages', () => {
  const orders = new Map([
    [1, 1_000_000],
    [2, 2_000_000]
  ])
  const deliveries = new Map([[1, { begun: 1_004_000, commit: 1_005_500 }]])
  const seen = new Map([[1, { debezium: 1_001_000, appended: 1_002_000, received: 1_003_000 }]])
  const stages = stagesOf({ orders, deliveries }, seen)
  const { together, ...parts } = stages
  expect(together).toMatchObject({ n: 1, p50: 5.5 })
  expect(Object.values(parts).reduce((sum, { p50 }) => sum + p50, 0)).toBe(5.5)
})

it('runs every second round backwards', () => {
  expect(inRounds(['a', 'b'], 3).map(({ thing, round }) => `${thing}${round}`)).toEqual([
    'a1',
    'b1',
    'b2',
    'a2',
    'a3',
    'b3'
  ])
})

const summary = (max: number) => ({ n: 1, p50: 1, p95: 1, p99: 1, max })
const run = {
  rate: 1,
  seconds: 1,
  asked: 10,
  accepted: 10,
  delivered: 10,
  request: summary(1),
  delivery: summary(1),
  whole: summary(1)
}

it.each([
  ['all well', run, true],
  ['an order refused', { ...run, accepted: 9 }, false],
  ['an order not delivered', { ...run, delivered: 9 }, false],
  ['a request that waited', { ...run, request: summary(1001) }, false],
  ['a delivery that came late', { ...run, delivery: summary(2001) }, false]
])('says whether a rate was held: %s', (_, row, held) => {
  expect(isHeld(row)).toBe(held)
})
