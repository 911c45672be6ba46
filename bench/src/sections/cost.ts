import { setTimeout as sleep } from 'node:timers/promises'
import type { RowDataPacket } from 'mysql2/promise'
import { ensureTopic } from '../lab/topics.ts'
import { debeziumDefaults, type Tuning, withoutSchema } from '../lab/connector.ts'
import { askNumber, type Lab } from '../lab/lab.ts'
import { orderUrl } from '../lab/processes.ts'
import { withVariant } from '../variants/run-variant.ts'
import { topicBytes } from '../lab/topics.ts'
import { cpuBetween, memoryOf, readUsage } from '../lab/usage.ts'
import { runLoad } from '../load/run-load.ts'
import { isAccepted } from '../load/send-orders.ts'
import { round } from '../stats.ts'
import { type Variant, variantNamed } from '../variants/variants.ts'
import type { Context, Plan, Section } from './section.ts'

export type CostRow =
  | { readonly kind: 'idle'; readonly variant: string; readonly cpuPercent: Figures; readonly memoryMb: Figures }
  | {
      readonly kind: 'bytes'
      readonly variant: string
      readonly binlog: number
      readonly kafka: number
      readonly tables: number
    }

type Figures = Readonly<Record<string, number>>

const polling5: Tuning = config => ({ ...config, 'max.batch.size': '2048', 'poll.interval.ms': '5' })

/** The variants that differ in bytes or in CPU without load. */
function costVariants({ quick }: Plan): readonly Variant[] {
  const project = variantNamed('project')
  if (quick) return [project]
  return [
    project,
    { ...project, name: 'poll-5', title: 'batch 2048, polled every 5 ms', connector: polling5 },
    { ...project, name: 'default', connector: debeziumDefaults },
    { ...project, name: 'no-schema', title: 'JSON without schema', connector: withoutSchema },
    variantNamed('polling')
  ]
}

export const cost: Section<CostRow> = {
  name: 'cost',
  title: 'CPU and memory without load, and bytes of an order',
  estimate: plan => costVariants(plan).length * (plan.quick ? 11 : 20),
  async run(context) {
    const rows: CostRow[] = []
    await ensureTopic(context.lab, 'bench.polling')
    for (const variant of costVariants(context.plan))
      rows.push(...(await withVariant(context, variant, () => measure(context, variant))))
    await context.lab.db.query('TRUNCATE orders.polling_outbox')
    for (const row of rows) context.say(JSON.stringify(row))
    return rows
  }
}

async function measure({ lab, plan }: Context, variant: Variant): Promise<readonly CostRow[]> {
  const bytes = await bytesAnOrder(lab, variant, plan)
  // Connect still flushes offsets and compiles code for a moment.
  await sleep(plan.quick ? 1_000 : 3_000)
  const idleMs = plan.quick ? 2_000 : 8_000
  const before = readUsage(lab)
  await sleep(idleMs)
  const after = readUsage(lab)
  const cpu = Object.entries(cpuBetween(before, after)).map(
    ([name, ms]) => [name, round((100 * ms) / idleMs, 1)] as const
  )
  return [
    bytes,
    { kind: 'idle', variant: variant.name, cpuPercent: Object.fromEntries(cpu), memoryMb: memoryOf(after) }
  ]
}

async function bytesAnOrder(lab: Lab, variant: Variant, plan: Plan): Promise<CostRow> {
  const binlogBytes = async () => {
    const [rows] = await lab.db.query<RowDataPacket[]>('SHOW BINARY LOGS')
    return rows.reduce((sum, row) => sum + Number(row['File_size']), 0)
  }
  await lab.running.get('delivery-service')?.stop() // its rows would count too
  const [binlog, kafka, tables] = [await binlogBytes(), await topicBytes(lab, variant.topic), await tableBytes(lab)]
  const load = {
    url: orderUrl(lab),
    rate: 400,
    seconds: plan.quick ? 2 : 4,
    connections: 64
  }
  const orders = (await runLoad(load)).filter(isAccepted).length
  await sleep(1_500)
  const each = (bytes: number) => round(bytes / orders, 0)
  const row: CostRow = {
    kind: 'bytes',
    variant: variant.name,
    binlog: each((await binlogBytes()) - binlog),
    kafka: each((await topicBytes(lab, variant.topic)) - kafka),
    tables: each((await tableBytes(lab)) - tables)
  }
  await lab.running.get('delivery-service')?.start()
  return row
}

/** The size of the orders' tables, as InnoDB reports it. */
async function tableBytes({ db }: Lab): Promise<number> {
  await db.query('ANALYZE TABLE orders.customer_order, orders.outbox, orders.polling_outbox')
  const sql = "SELECT SUM(data_length + index_length) FROM information_schema.TABLES WHERE table_schema = 'orders'"
  return askNumber(db, `/*+ SET_VAR(information_schema_stats_expiry = 0) */ ${sql}`)
}
