import { expect, it } from 'vitest'
import { faults } from '../faults/index.ts'
import { briefPipelines } from './pipelines.ts'

it('runs each fault exactly once, but for the one that would need a fifth pipeline', () => {
  const names = briefPipelines.flatMap(pipeline => pipeline.faults.map(({ name }) => name))
  const wanted = faults.filter(({ topology }) => topology?.outboxStore !== 'message')
  expect(names.toSorted()).toEqual(wanted.map(({ name }) => name).toSorted())
})

it('runs a fault that destroys its pipeline last', () => {
  for (const pipeline of briefPipelines)
    expect(pipeline.faults.slice(0, -1).filter(({ usesUpPipeline }) => usesUpPipeline)).toEqual([])
})

it('reads all events again while there are few', () => {
  for (const pipeline of briefPipelines) {
    const later = pipeline.faults.slice(2)
    expect(later.filter(({ rereadsAll }) => rereadsAll)).toEqual([])
  }
})
