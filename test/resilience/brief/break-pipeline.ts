import { afterAll, beforeAll, expect, it } from 'vitest'
import { keepFailure, noteRun, readVersions } from '../harness/keep-run.ts'
import { type Lab, startLab } from '../harness/lab.ts'
import { type Course, type Load, breakOnce, conclude, startLoad } from '../harness/run-fault.ts'
import { whyNoSmallDisks } from '../harness/small-disks.ts'
import { briefPipelines } from './pipelines.ts'

// Each pipeline under one load, broken in one way after the other; the oracle speaks once, at its end. How soon a fault
// heals is noted and not judged: that is for the whole matrix, on a machine with nothing else to do.

// As much as two cores carry beside engines that start again and again.
const perSecond = 100

/** The tests of one pipeline of `briefPipelines`; each stands in a file of its own, so that they may run side by side. */
export function breakPipeline(wanted: string): void {
  const pipeline = briefPipelines.find(({ name }) => name === wanted)
  if (pipeline === undefined) throw new Error(`There is no pipeline ${wanted}`)
  const { topology, faults } = pipeline
  const tag = `brief-${wanted}-${Date.now().toString(36)}`
  const possible = faults.filter(fault => {
    const reason = fault.impossible?.()
    if (reason !== undefined) it.skip(`${fault.name}: ${reason}`, () => undefined)
    return reason === undefined
  })
  const courses: Course[] = []
  let lab: Lab
  let load: Load

  beforeAll(async () => {
    lab = await startLab(whyNoSmallDisks() === undefined ? topology : { ...topology, smallDisks: false })
    load = startLoad(lab, tag, perSecond)
  })

  afterAll(async () => {
    await load?.stop(0)
    await lab?.close()
  })

  it.each(possible)('flows again after $name', async fault => {
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
    expect(result.runs.length).toBe(possible.length)
  })
}
