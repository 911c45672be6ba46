import { debeziumDefaults, type Tuning, without } from '../lab/connector.ts'
import { clearTopic, recordsIn } from '../lab/topics.ts'
import type { Lab } from '../lab/lab.ts'
import { writeEvents } from '../lab/write-by-sql.ts'
import { withVariant } from '../variants/run-variant.ts'
import { variantNamed } from '../variants/variants.ts'
import { measureOrders, type OrdersRow } from './measure-orders.ts'
import { watchUntil } from './progress.ts'
import { type Context, inRounds, type Plan, type Section } from './section.ts'

export type Setting = {
  readonly name: string
  readonly title: string
  readonly tuning: Tuning
  /** A switch of MySQL that is inverted for the measurement. */
  readonly mysqlSwitch?: string
}

const set =
  (changes: Readonly<Record<string, string>>): Tuning =>
  config => ({ ...config, ...changes })

/** The first is the connector as it is. Each other one differs from it in one thing. */
export const settings: readonly Setting[] = [
  { name: 'as-is', title: 'as it is: max.batch.size 1, linger.ms 0', tuning: config => config },
  {
    name: 'batch-2048',
    title: 'max.batch.size 2048 (default), poll.interval.ms 500',
    tuning: config => without(config, ['max.batch.size'])
  },
  {
    name: 'poll-5',
    title: 'max.batch.size 2048, poll.interval.ms 5',
    tuning: set({ 'max.batch.size': '2048', 'poll.interval.ms': '5' })
  },
  {
    name: 'poll-1',
    title: 'max.batch.size 2048, poll.interval.ms 1',
    tuning: set({ 'max.batch.size': '2048', 'poll.interval.ms': '1' })
  },
  { name: 'linger-1', title: 'producer linger.ms 1', tuning: set({ 'producer.override.linger.ms': '1' }) },
  {
    name: 'linger-5',
    title: 'producer linger.ms 5 (Kafka default)',
    tuning: config => without(config, ['producer.override.linger'])
  },
  {
    name: 'not-idempotent',
    title: 'producer without idempotence (Connect default)',
    tuning: config => without(config, ['producer.override.enable'])
  },
  { name: 'default', title: 'every speed setting at its default', tuning: debeziumDefaults },
  {
    name: 'log-threads',
    title: 'as it is; MySQL with innodb_log_writer_threads inverted',
    tuning: config => config,
    mysqlSwitch: 'innodb_log_writer_threads'
  }
]

export type SettingRow = OrdersRow & {
  readonly setting: string
  readonly round: number
  readonly drainPerSecond: number
}

function shape({ quick, rounds }: Plan) {
  return { seconds: quick ? 2 : 4, events: quick ? 10_000 : 60_000, rounds: Math.min(rounds, quick ? 1 : 2) }
}

export const settingsSection: Section<SettingRow> = {
  name: 'settings',
  title: 'What each setting of the connector is worth',
  estimate(plan) {
    const { seconds, events, rounds } = shape(plan)
    return rounds * chosen(plan).length * (seconds + 2 + 5 + events / 30_000) + 5
  },
  async run(context) {
    const { rounds } = shape(context.plan)
    const rows: SettingRow[] = []
    for (const { thing, round } of inRounds(chosen(context.plan), rounds)) {
      const row = { setting: thing.name, round, ...(await measure(context, thing, rows.length)) }
      rows.push(row)
      context.say(
        `${row.setting}: p50 ${row.delivery.p50} p99 ${row.delivery.p99} ms, ${row.cpuPerThousand['connect-1']} ms of Connect for 1,000, drains ${row.drainPerSecond}/s`
      )
    }
    return rows
  }
}

function chosen({ quick }: Plan): readonly Setting[] {
  return quick ? settings.slice(0, 1) : settings
}

async function measure(
  context: Context,
  { tuning, mysqlSwitch }: Setting,
  number: number
): Promise<OrdersRow & { drainPerSecond: number }> {
  const { lab, plan, connector } = context
  const { seconds, events } = shape(plan)
  const project = variantNamed('project')
  await invert(lab, mysqlSwitch)
  const row = await withVariant(context, { ...project, connector: tuning }, async () => {
    await measureOrders(lab, { rate: 500, seconds: 2 })
    return measureOrders(lab, { rate: 1000, seconds })
  })
  await invert(lab, mysqlSwitch)
  await connector.stop()
  await clearTopic(lab, project.topic)
  // The drain section uses run 1.
  await writeEvents(lab, events, 2 + number)
  await connector.resume()
  const read = () => recordsIn(lab, project.topic)
  const { perSecond } = await watchUntil({ read, count: events, everyMs: 20, withinMs: 120_000 })
  await clearTopic(lab, project.topic)
  return { ...row, drainPerSecond: perSecond }
}

async function invert({ db }: Lab, name: string | undefined): Promise<void> {
  if (name !== undefined) await db.query(`SET GLOBAL ${name} = NOT @@GLOBAL.${name}`)
}
