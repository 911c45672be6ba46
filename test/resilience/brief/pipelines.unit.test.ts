import { expect, it } from 'vitest'
import { faults } from '../faults/index.ts'
import { briefPipelines } from './pipelines.ts'

it('runs each fault exactly once', () => {
  const names = briefPipelines.flatMap(pipeline => pipeline.faults.map(({ name }) => name))
  expect(names.toSorted()).toEqual(faults.map(({ name }) => name).toSorted())
})

it('runs a fault that destroys its pipeline last', () => {
  for (const pipeline of briefPipelines)
    expect(pipeline.faults.slice(0, -1).filter(({ usesUpPipeline }) => usesUpPipeline)).toEqual([])
})
