import { afterAll, afterEach, expect, it } from 'vitest'
import { faults } from './faults/index.ts'
import { keepFailure, recordRun, readVersions } from './harness/record-run.ts'
import { type Lab, startLab } from './harness/lab.ts'
import { runFault } from './harness/run-fault.ts'
import { openSession } from './harness/session.ts'

const quick = process.env['RESILIENCE_QUICK'] === '1'
const repeat = Number(process.env['RESILIENCE_REPEAT'] ?? 1)
const only = process.env['RESILIENCE_ONLY'] ?? ''
const wanted = only.split(',').filter(Boolean)
const isName = (text: string) => faults.some(({ name }) => name === text)
const matches = (name: string) => wanted.some(text => (isName(text) ? name === text : name.includes(text)))
const chosen = faults.filter(({ name }) => wanted.length === 0 || matches(name))
const possible = chosen.filter(({ impossible }) => impossible?.() === undefined)
const session = await openSession(
  possible.map(({ name }) => name),
  { quick, only, repeat }
)
const stopAt = Date.now() + Number(process.env['RESILIENCE_STOP_AFTER'] || Infinity) * 60_000
const plan = session.left.flatMap(step => {
  const fault = faults.find(({ name }) => name === step.name)
  return fault === undefined ? [] : [{ ...step, fault }]
})
// The second of two processes starts at the end of each pass, so that they rarely need the same kind of pipeline.
if (process.env['RESILIENCE_BACKWARDS'] === '1') plan.reverse().sort((one, other) => one.pass - other.pass)

let lab: Lab | undefined
let spoiled = false

/** Faults of the same topology share a pipeline as long as nothing fails in it. */
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

afterAll(async () => {
  await lab?.close()
  await session.close()
})

for (const { name, impossible } of chosen) {
  const reason = impossible?.()
  if (reason !== undefined) it.skip(`${name}: ${reason}`, () => undefined)
}

it.for(plan)('$name loses, doubles and reorders nothing (pass $pass)', async ({ name, pass, fault }, { skip }) => {
  if (Date.now() > stopAt) return skip('left for the next time')
  if (!(await session.claim({ name, pass }))) return skip('done beside this')
  spoiled = true
  console.log(session.announce({ name, pass }))
  const startedAt = Date.now()
  const current = await labFor(fault.topology ?? {})
  const versions = await readVersions(current)
  const result = await runFault(current, fault, quick)
  const { run } = result
  const recorded = { ...run, quick, versions, session: session.id, pass, tookMs: Date.now() - startedAt }
  await recordRun(recorded)
  console.log(`${name}: ${JSON.stringify({ ...recorded, versions: undefined })}`)
  const folder = run.outcome === 'passed' ? '' : await keepFailure(current, { ...result, tag: run.tag })
  expect(run.outcome, `${run.reason} ${folder}`).toBe('passed')
  spoiled = fault.usesUpPipeline === true
})
