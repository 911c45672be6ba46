import { startOrderLoad } from '@outbox-cdc/test-support/load/order-load'
import type { ResultSetHeader } from 'mysql2/promise'
import { readCommits } from '../lab/commits.ts'
import { addTenants, removeTenants } from '../lab/connector.ts'
import type { Lab } from '../lab/lab.ts'
import { untilDelivered, withVariant } from '../variants/run-variant.ts'
import { cpuBetween, readUsage } from '../lab/usage.ts'
import { type Summary, summarise } from '../stats.ts'
import { variantNamed } from '../variants/variants.ts'
import { type FormatRow, measureFormats } from './formats.ts'
import { deliveryTimes, measureOrders } from './measure-orders.ts'
import type { Context, Plan, Section } from './section.ts'

export type ShapeRow = FormatRow | LoadRow

export type LoadRow = {
  readonly shape: string
  readonly rate: number
  readonly delivery: Summary
  /** CPU milliseconds a second, by process. */
  readonly cpu: Readonly<Record<string, number>>
}

const payloads = [
  { title: 'payload 0.3 kB', bytes: 300, rate: 200 },
  { title: 'payload 10 kB', bytes: 10_000, rate: 200 },
  { title: 'payload 100 kB', bytes: 100_000, rate: 50 }
]

const tenantCounts = ({ quick }: Plan) => (quick ? [1, 2] : [1, 4, 16])

export const shapes: Section<ShapeRow> = {
  name: 'shapes',
  title: 'Payloads, formats, and many connectors on one server',
  estimate: plan =>
    10 +
    roundsOf(plan) * 4 * (3 + 2 * secondsOf(plan)) +
    (payloads.length + 6) * secondsOf(plan) +
    Math.max(...tenantCounts(plan)) * 3,
  async run(context) {
    const formats = await measureFormats(context, { seconds: secondsOf(context.plan), rounds: roundsOf(context.plan) })
    const loads = await withVariant(context, variantNamed('project'), async () => {
      await measureOrders(context.lab, { rate: 500, seconds: 1 })
      return [...(await sized(context)), ...(await crowded(context))]
    })
    const rows = [...formats, ...loads]
    for (const row of rows) context.say(`${nameOf(row)}: p50 ${row.delivery.p50} p99 ${row.delivery.p99} ms`)
    return rows
  }
}

const nameOf = (row: ShapeRow): string => ('format' in row ? row.format : row.shape)

// Two rounds, in opposite order: their spread shows how much of a difference is chance.
function roundsOf({ quick }: Plan): number {
  return quick ? 1 : 2
}

function secondsOf({ quick }: Plan): number {
  return quick ? 2 : 5
}

type Observed = { readonly shape: string; readonly rate: number; readonly seconds: number }

async function observed(lab: Context['lab'], { shape, rate, seconds }: Observed): Promise<LoadRow> {
  const before = readUsage(lab)
  const { delivery } = await measureOrders(lab, { rate, seconds })
  return { shape, rate, delivery, cpu: aSecond(cpuBetween(before, readUsage(lab)), seconds) }
}

async function sized({ lab, plan }: Context): Promise<readonly LoadRow[]> {
  const rows: LoadRow[] = []
  const seconds = secondsOf(plan)
  for (const { title, bytes, rate } of payloads) {
    const before = readUsage(lab)
    const delivery = await measureWrites(lab, { rate, seconds, payloadBytes: bytes })
    rows.push({ shape: title, rate, delivery, cpu: aSecond(cpuBetween(before, readUsage(lab)), seconds) })
  }
  return rows
}

/** The project's own connector among others, each of which reads the whole binlog for a table of its own. */
async function crowded({ lab, connector, plan }: Context): Promise<readonly LoadRow[]> {
  const rows: LoadRow[] = []
  let there = 1
  for (const count of tenantCounts(plan)) {
    await addTenants(lab, connector, { from: there, to: count })
    there = count
    rows.push(await observed(lab, { shape: `${count} connector(s)`, rate: 500, seconds: secondsOf(plan) }))
  }
  await removeTenants(connector, there)
  return rows
}

type Writes = { readonly rate: number; readonly seconds: number; readonly payloadBytes: number }

/** Orders whose events have a payload of some size, written by SQL: POST /order refuses such a long name. */
async function measureWrites(lab: Lab, { rate, seconds, payloadBytes }: Writes): Promise<Summary> {
  const from = await lab.binlogPosition()
  const padding = 'x'.repeat(Math.max(0, payloadBytes - 45))
  const payload = JSON.stringify({ name: 'joon', quantity: 95, padding })
  const ids: number[] = []
  const send = async () => void ids.push(await writeOrder(lab, payload))
  const count = rate * seconds
  const load = startOrderLoad({ send, perSecond: rate, count })
  await load.allDue
  await load.idle()
  if (ids.length < count) throw new Error(`Only ${ids.length} of ${count} orders were written`)
  await untilDelivered(lab, ids, 20_000)
  return summarise(deliveryTimes(await readCommits(lab, from), ids))
}

async function writeOrder({ db }: Lab, payload: string): Promise<number> {
  const [results] = await db.query<ResultSetHeader[]>(
    `START TRANSACTION;
     INSERT INTO orders.customer_order (name, quantity) VALUES ('joon', 95);
     INSERT INTO orders.outbox (event, event_id, payload, message_id, aggregate, aggregate_version, schema_version)
       VALUES ('order_created', LAST_INSERT_ID(), ?, UUID(), 'order', 1, 1);
     DELETE FROM orders.outbox WHERE id = LAST_INSERT_ID();
     COMMIT`,
    [payload]
  )
  return results[1]?.insertId ?? 0
}

function aSecond(cpu: Readonly<Record<string, number>>, seconds: number): Record<string, number> {
  return Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, Math.round(ms / seconds)]))
}
