import { appendFile, cp, mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '@outbox-cdc/pipeline'
import { type ConnectorLab, startConnectorLab } from '../support/connector-lab.ts'
import { eventually } from '../support/eventually.ts'
import { type OrderLoad, startOrderLoad } from '../support/load/order-load.ts'
import type { HealingCase } from './cases.ts'

export const runsFile = join(root, '.data/healing/runs.jsonl')

export type Run = Awaited<ReturnType<HealingCase['measure']>> & {
  readonly case: string
  readonly at: string
  /** Orders committed during the run, and those of them that never reached the topic. */
  readonly committed: number
  readonly lost: number
  /** Processes that competed for each core at the end. */
  readonly busy: number
  /** The keeper reported health in the end, nothing was lost, and it all happened in the promised time. */
  readonly passed: boolean
}
export type MeasureOptions = {
  readonly repeat: number
  readonly settings: Readonly<Record<string, string>>
  readonly say: (line: string) => void
}

/** Runs one case repeatedly in one lab and records each run. */
export async function measureCase(
  one: HealingCase,
  { repeat, settings, say }: MeasureOptions
): Promise<readonly Run[]> {
  const { workers = 1, throughProxy = false } = one
  const lab = await startConnectorLab({ workers, throughProxy, settings })
  const runs: Run[] = []
  try {
    for (let round = 1; round <= repeat; round++) {
      await eventually(() => expectHealthy(lab), { timeoutMs: 60_000 })
      const run = await measureOnce(one, lab)
      runs.push(run)
      // A run with other settings than the file's is not recorded: it says nothing about this repository.
      if (Object.keys(settings).length === 0) await record(run)
      say(`${one.name} ${round}/${repeat}: ${JSON.stringify({ ...run, case: undefined })}`)
      if (!run.passed) say(`logs in ${await keepLogs(lab, run)}`)
    }
  } finally {
    await lab.close()
  }
  return runs
}

/** Runs one case in a lab while 200 orders a second are placed. */
export async function measureOnce(one: HealingCase, lab: ConnectorLab): Promise<Run> {
  const before = new Set(await lab.committedOrders())
  const load = startOrderLoad({ send: () => lab.placeOrder(), perSecond: 200, mostOpen: 50 })
  await sleep(1_500)
  const at = new Date().toISOString()
  const measured = await measureThenStop(() => one.measure(lab), load)
  const busy = Math.round((100 * (loadavg()[0] ?? 0)) / availableParallelism()) / 100
  const healthy = await eventually(() => expectHealthy(lab), { timeoutMs: 90_000 }).then(
    () => true,
    () => false
  )
  await lab
    .expectNoneMissing()
    .catch(() => lab.expectNoneMissing())
    .catch(() => undefined)
  const lost = (await lab.missingOrders()).filter(id => !before.has(id)).length
  const committed = (await lab.committedOrders()).filter(id => !before.has(id)).length
  const inTime = measured.healedMs <= one.healWithinMs && (measured.redMs ?? 0) <= (one.redWithinMs ?? Infinity)
  return { case: one.name, at, ...measured, committed, lost, busy, passed: inTime && healthy && lost === 0 }
}

async function measureThenStop<T>(measure: () => Promise<T>, load: OrderLoad): Promise<T> {
  try {
    return await measure()
  } finally {
    await load.stop()
  }
}

async function expectHealthy({ keeper }: ConnectorLab): Promise<void> {
  const { status } = await fetch(`${keeper.url}/health`)
  if (status !== 200) throw new Error(`the keeper's health is ${status}`)
}

async function record(run: Run): Promise<void> {
  await mkdir(dirname(runsFile), { recursive: true })
  await appendFile(runsFile, `${JSON.stringify(run)}\n`)
}

async function keepLogs({ stack, keeper }: ConnectorLab, run: Run): Promise<string> {
  const folder = join(dirname(runsFile), `${run.case}-${run.at.replaceAll(/[:.]/g, '-')}`)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'keeper.json'), keeper.log.map(line => `${JSON.stringify(line)}\n`).join(''))
  for (const part of stack.parts) await cp(part.logFile, join(folder, `${part.name}.log`))
  return folder
}
