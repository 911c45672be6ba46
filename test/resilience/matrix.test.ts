import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { faults } from './faults/index.ts'
import { keepFailure, noteRun, readVersions } from './harness/keep-run.ts'
import { type Lab, startLab } from './harness/lab.ts'
import { runFault } from './harness/run-fault.ts'

const quick = process.env['RESILIENCE_QUICK'] === '1'
const repeat = Number(process.env['RESILIENCE_REPEAT'] ?? 1)
const only = (process.env['RESILIENCE_ONLY'] ?? '').split(',').filter(Boolean)
const isName = (text: string) => faults.some(({ name }) => name === text)
const matches = (name: string) => only.some(text => (isName(text) ? name === text : name.includes(text)))
const chosen = faults.filter(({ name }) => only.length === 0 || matches(name))

let lab: Lab | undefined
let spoiled = false

/** Faults of the same topology share a pipeline, as long as nothing went wrong in it. */
async function labFor(topology: Lab['topology']): Promise<Lab> {
  if (lab !== undefined && JSON.stringify(lab.topology) === JSON.stringify(topology)) return lab
  await lab?.close()
  lab = undefined
  lab = await startLab(topology)
  return lab
}

afterEach(async () => {
  if (!spoiled) return
  spoiled = false
  await lab?.close()
  lab = undefined
})

afterAll(() => lab?.close())

describe.each(chosen)('$name', fault => {
  it.each(Array.from({ length: repeat }, (_, index) => index + 1))(
    'loses, doubles and reorders nothing (run %i)',
    async () => {
      spoiled = true
      const current = await labFor(fault.topology ?? {})
      const versions = await readVersions(current)
      const result = await runFault(current, fault, quick)
      const { run } = result
      await noteRun({ ...run, quick, versions })
      console.log(
        `${fault.name}: ${run.outcome}, ${run.reason}; ${JSON.stringify({ ...run, bite: undefined, reason: undefined })}`
      )
      const folder = run.outcome === 'passed' ? '' : await keepFailure(current, result)
      expect(run.outcome, `${run.reason} ${folder}`).toBe('passed')
      spoiled = false
    }
  )
})
