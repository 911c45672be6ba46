import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import { ledgerMoved } from '../ledger/ledger.ts'
import { root } from '@outbox-cdc/pipeline'
import type { Injected, Fault, FaultOptions } from '../harness/fault.ts'
import type { Lab, Replica } from '../harness/lab.ts'
import { readRecords } from '../oracle/collect-evidence.ts'

const topology = { timeZone: 'America/New_York' }
const hour = 3_600_000

/** In New York, 1:30 happens twice in the night of November 1, and 2:30 doesn't exist in the night of March 8. */
const instants = [
  '2026-11-01T05:30:00Z',
  '2026-11-01T06:30:00Z',
  '2026-03-08T06:59:59Z',
  '2026-03-08T07:00:00Z',
  '2037-12-31T23:59:59Z'
]
const firstAccount = 1_700_000_000

export const clocks: readonly Fault[] = [
  {
    name: 'time-zones',
    title: 'Different time zones: every process in New York, MySQL at +09:00, events at both changes of summer time',
    topology,
    healWithinMs: 20_000,
    inject: changeTimeZones
  },
  {
    name: 'clock-steps',
    title: 'The clocks of both services jump two hours ahead, then a day back, then to the right time',
    topology,
    healWithinMs: 10_000,
    prepare: startSteppingClocks,
    inject: stepClocks,
    cleanup: stopSteppingClocks
  }
]

async function changeTimeZones(lab: Lab): Promise<Injected> {
  const { db, pipeline, topic } = lab
  const since = Date.now()
  await db.raw("SET GLOBAL time_zone = '+09:00'")
  await fetch(`${pipeline.stack.connect.urls[0]}/connectors/orders-connector/restart?includeTasks=true`, {
    method: 'POST'
  })
  const accounts = instants.map((_, index) => firstAccount + index + (Math.floor(since / 1_000) % 1e7) * 10)
  for (const [index, instant] of instants.entries()) await writeAt(lab, { instant, account: accounts[index] ?? 0 })
  const causeOverAt = Date.now()
  const broken = await eventually(
    async () => {
      const records = await readRecords({ topic, brokers: pipeline.stack.kafka.brokers })
      const seen = new Map(records.map(({ key, createdAt = '' }) => [key, createdAt]))
      if (accounts.some(account => !seen.has(account))) throw new Error('not all are in Kafka yet')
      const wrong = instants.filter((instant, index) => !same(seen.get(accounts[index] ?? 0), instant))
      const strange = records.filter(
        ({ aggregate, createdAt = '' }) => aggregate === 'order' && Math.abs(Date.parse(createdAt) - since) > 600_000
      )
      return [
        ...wrong.map(instant => `${instant} became ${seen.get(accounts[instants.indexOf(instant)] ?? 0)}`),
        ...(strange.length > 0 ? [`${strange.length} orders have another time, such as ${strange[0]?.createdAt}`] : [])
      ]
    },
    { timeoutMs: 60_000, everyMs: 1_000 }
  )
  await db.raw("SET GLOBAL time_zone = '+00:00'")
  return { observed: `${instants.length} instants written, MySQL in +09:00`, causeOverAt, broken }
}

const same = (written: string | undefined, instant: string) => Date.parse(written ?? '') === Date.parse(instant)

/** MySQL uses the variable `timestamp` as this session's time, in the rows and in the binlog. */
async function writeAt({ db, outbox }: Lab, { instant, account }: { instant: string; account: number }): Promise<void> {
  await db.transaction(async trx => {
    await trx.raw('SET timestamp = ?', [Date.parse(instant) / 1_000])
    const text = `at ${instant} for ${account}`
    await trx('ledger_step').insert({ account, version: 1, content: text })
    await outbox.append(trx, ledgerMoved({ aggregateId: account, aggregateVersion: 1, payload: { text } }))
    await trx.raw('SET timestamp = DEFAULT')
  })
}

type Stepping = { readonly file: string; readonly replicas: readonly Replica[]; readonly before: readonly string[] }
const stepping = new WeakMap<Lab, Stepping>()

async function startSteppingClocks(lab: Lab, { load }: FaultOptions): Promise<void> {
  const file = join(lab.pipeline.settings.dir, 'clock-offset')
  await writeFile(file, '0')
  const clock = join(root, 'test/resilience/harness/stepping-clock.ts')
  const env = { NODE_OPTIONS: `--import ${clock}`, CLOCK_OFFSET_FILE: file }
  const order = await lab.startReplica('order-service', env)
  await lab.part('delivery-service').stop()
  const delivery = await lab.startReplica('delivery-service', env)
  stepping.set(lab, { file, replicas: [order, delivery], before: load.urls })
  load.use([order.url])
}

async function stepClocks(lab: Lab): Promise<Injected> {
  const { file = '' } = stepping.get(lab) ?? {}
  const seen: number[] = []
  for (const offset of [2 * hour, -24 * hour, 0]) {
    await writeFile(file, String(offset))
    await sleep(4_000)
    const [row] = await lab.db('orders.customer_order').orderBy('id', 'desc').limit(1).select('created_at')
    seen.push(Math.round((Number(row?.created_at) - Date.now()) / hour))
  }
  const observed = seen[0] === 2 && seen[1] === -24 ? `orders were written ${seen.join(' h, ')} h off` : undefined
  return { observed, causeOverAt: Date.now() }
}

async function stopSteppingClocks(lab: Lab, { load }: FaultOptions): Promise<void> {
  const held = stepping.get(lab)
  load.use(held?.before ?? load.urls)
  await sleep(500)
  await Promise.all((held?.replicas ?? []).map(replica => replica.stop()))
  await lab.part('delivery-service').start()
  await rm(held?.file ?? '', { force: true })
}
