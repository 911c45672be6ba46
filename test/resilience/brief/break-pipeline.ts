import { afterAll, beforeAll, expect, it } from 'vitest'
import { keepFailure, recordRun, readVersions } from '../harness/record-run.ts'
import { type Lab, startLab } from '../harness/lab.ts'
import { type Course, type Load, breakOnce, reachVerdicts, startLoad } from '../harness/run-fault.ts'
import { whyNoSmallDisks } from '../harness/small-disks.ts'
import { briefPipelines } from './pipelines.ts'

// Each pipeline has one load and one fault after the other; the oracle checks once, at the end. The healing times are
// recorded but not tested: the whole matrix does that, on an idle machine.

// The ledger adds 80 a second. Few, because two cores also carry the restarts of engines and the tests beside this one.
const perSecond = 40
const leastEvents = 300

/** The tests of one of the `briefPipelines`. Each is called from a file of its own, so that they can run in parallel. */
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
    // No one looks at it, and it would ask every part once a second.
    await lab.part('console').stop()
    load = startLoad(lab, tag, perSecond)
  })

  afterAll(async () => {
    await load?.stop(0)
    await lab?.close()
  })

  it.each(possible)('flows again after $name', async fault => {
    const course = await breakOnce(lab, fault, { load, quick: true, leastEvents })
    courses.push(course)
    const { injected, flowBackAt, faultAt, endedAt } = course
    console.log(
      `${fault.name}: flows ${Math.round((flowBackAt ?? Infinity) - injected.causeOverAt)} ms after the cause, ${endedAt - faultAt} ms in total; ${injected.observed}`
    )
    expect(injected.observed, 'the fault was not observed').toBeDefined()
    expect(flowBackAt, 'events did not flow again').toBeDefined()
    expect(injected.broken ?? []).toEqual([])
  })

  it('has lost, doubled, reordered and invented nothing through all faults', async () => {
    await load.stop(60_000)
    const result = await reachVerdicts(lab, courses, load)
    const versions = await readVersions(lab)
    for (const run of result.runs) await recordRun({ ...run, quick: true, versions })
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
