import { appendFile, cp, mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../support/eventually.ts'
import { startOrderLoad } from '@outbox-cdc/test-support/load/order-load'
import type { OrderLoad } from '@outbox-cdc/test-support/load/order-load'
import type { HealingCase, HealingLab, Measured } from './healing-case.ts'
import { healthy, startHealingLab } from './healing-lab.ts'

export const runsFile = join(import.meta.dirname, '../../.data/healing/runs.jsonl')
const perSecond = 200

export type Run = Measured & {
  readonly case: string
  readonly at: string
  /** Orders committed while the case ran, and those of them that never reached the topic. */
  readonly committed: number
  readonly lost: number
  /** Processes that competed for each core at the end. */
  readonly busy: number
  readonly passed: boolean
}
export type MeasureOptions = {
  readonly repeat: number
  readonly settings: Readonly<Record<string, string>>
  readonly say: (line: string) => void
}

/** Repeats one case in one lab, records each run, and returns whether all runs healed in time. */
export async function measureCase(one: HealingCase, options: MeasureOptions): Promise<boolean> {
  const around = await startHealingLab({ ...one, settings: options.settings })
  let passed = true
  try {
    for (let round = 1; round <= options.repeat; round++) {
      const run = await measureOnce(one, around)
      passed &&= run.passed
      await note(run, Object.keys(options.settings).length === 0)
      options.say(`${one.name} ${round}/${options.repeat}: ${JSON.stringify({ ...run, case: undefined })}`)
      if (!run.passed) options.say(`logs in ${await keepLogs(around, run)}`)
    }
  } finally {
    await around.close()
  }
  return passed
}

async function measureOnce(one: HealingCase, around: HealingLab): Promise<Run> {
  const { lab, topic } = around
  const before = new Set(await lab.committedOrders())
  const load = startOrderLoad({ send: () => lab.placeOrder(), perSecond, mostOpen: 50 })
  await sleep(1_500)
  const at = new Date().toISOString()
  const measured = await stopAfter(load, () => one.measure(around))
  const busy = Math.round((100 * (loadavg()[0] ?? 0)) / availableParallelism()) / 100
  const red = await eventually(() => healthy(around.kept.url), { timeoutMs: 90_000 }).then(
    () => false,
    () => true
  )
  const committed = (await lab.committedOrders()).filter(id => !before.has(id))
  const missing = () => {
    const seen = topic.ids()
    return committed.filter(id => !seen.has(id)).length
  }
  await eventually(() => refuse(missing()), { timeoutMs: 60_000, everyMs: 250 }).catch(() => undefined)
  const lost = missing()
  const inTime = measured.healedMs <= one.healWithinMs && (measured.redMs ?? 0) <= (one.redWithinMs ?? Infinity)
  return {
    case: one.name,
    at,
    ...measured,
    committed: committed.length,
    lost,
    busy,
    passed: inTime && !red && lost === 0
  }
}

async function stopAfter<T>(load: OrderLoad, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await load.stop()
  }
}

function refuse(missing: number): void {
  if (missing > 0) throw new Error(`${missing} orders are missing`)
}

/** A run with other settings than the file's is printed but not recorded, because it doesn't measure this repository. */
async function note(run: Run, ours: boolean): Promise<void> {
  if (!ours) return
  await mkdir(dirname(runsFile), { recursive: true })
  await appendFile(runsFile, `${JSON.stringify(run)}\n`)
}

async function keepLogs({ lab, kept }: HealingLab, run: Run): Promise<string> {
  const folder = join(dirname(runsFile), `${run.case}-${run.at.replaceAll(/[:.]/g, '-')}`)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'keeper.json'), kept.log.map(line => `${JSON.stringify(line)}\n`).join(''))
  for (const part of lab.stack.parts) await cp(part.logFile, join(folder, `${part.name}.log`))
  return folder
}
