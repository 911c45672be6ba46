import { afterAll, beforeAll, expect, it } from 'vitest'
import { faults } from '../faults/index.ts'
import { keepFailure, noteRun, readVersions } from '../harness/keep-run.ts'
import { type Lab, startLab } from '../harness/lab.ts'
import { type Course, type Load, breakOnce, conclude, startLoad } from '../harness/run-fault.ts'

// One pipeline under one load, broken in one way after the other; the oracle speaks once, at the end. How soon each
// fault heals is noted and not judged: that is for the whole matrix, on a machine with nothing else to do.

const chosen = faults.filter(({ brief, topology }) => brief === true && topology === undefined)
const tag = `brief-${Date.now().toString(36)}`
const courses: Course[] = []
let lab: Lab
let load: Load

beforeAll(async () => {
  lab = await startLab({})
  load = startLoad(lab, tag, 150)
})

afterAll(async () => {
  await load?.stop(0)
  await lab?.close()
})

it.each(chosen)('flows again after $name', async fault => {
  const course = await breakOnce(lab, fault, { load, quick: true })
  courses.push(course)
  const { bitten, flowBackAt, faultAt, endedAt } = course
  console.log(
    `${fault.name}: back ${Math.round((flowBackAt ?? Infinity) - bitten.causeOverAt)} ms after the cause, ${endedAt - faultAt} ms in all; ${bitten.bite}`
  )
  expect(bitten.bite, 'the fault was not seen to bite').toBeDefined()
  expect(flowBackAt, 'nothing flowed again').toBeDefined()
  expect(bitten.broken ?? []).toEqual([])
})

it('has lost, doubled, reordered and invented nothing in all that', async () => {
  await load.stop(60_000)
  const result = await conclude(lab, courses, load)
  const versions = await readVersions(lab)
  for (const run of result.runs) await noteRun({ ...run, quick: true, versions })
  const bad = result.runs.filter(({ outcome }) => outcome === 'failed' || outcome === 'void')
  const folder = bad.length === 0 ? '' : await keepFailure(lab, { ...result, tag })
  expect(result.findings, folder).toEqual([])
  expect(
    bad.map(({ fault, reason }) => `${fault}: ${reason}`),
    folder
  ).toEqual([])
  expect(result.runs.length).toBe(chosen.length)
})
