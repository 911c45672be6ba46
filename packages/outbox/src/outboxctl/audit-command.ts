import { Command } from 'commander'
import { collect } from '../audit/collect.ts'
import { type AuditReport, compare, type Finding } from '../audit/compare.ts'
import { jsonText } from '../json-text.ts'
import { kafkajsClient } from '../kafka/kafkajs-client.ts'
import { kafkaSecurity, resolveSecrets } from '../security/index.ts'
import { CommandError, counted, type Edge, idBeside, table, timeOf, writeJson } from './edge.ts'
import { isPostgresUrl, withDatabase } from './open-database.ts'
import { registryDecoding } from './parked-reader.ts'

// Each may also come from a variable of the environment.
const inputs = {
  source: ['url', "the writer's database", 'OUTBOX_SOURCE_URL'],
  target: ['url', "the consumer's database", 'OUTBOX_DB_URL'],
  brokers: ['list', 'host:port, comma separated', 'KAFKA_BROKERS'],
  topic: ['name', 'the outbox topic, such as orders_server.orders.outbox', 'OUTBOX_TOPIC'],
  event: ['name', 'the event that causes the effect, such as order_created', 'OUTBOX_EVENT'],
  committed: [
    'table',
    "the writer's rows as TABLE(ID,TIME[,ZONE]), such as customer_order(id,created_at)",
    'OUTBOX_COMMITTED'
  ],
  effects: [
    'table',
    "the consumer's rows as TABLE(ID,TIME[,ZONE]), such as delivery(order_id,delivered_at)",
    'OUTBOX_EFFECTS'
  ]
} as const

type Input = keyof typeof inputs
type Options = { readonly [name in Input | 'committedSql' | 'effectsSql']?: string } & {
  readonly since: string
  readonly until: string
  readonly json?: boolean
}

/** `outboxctl audit`: compares what was committed, what is in the topic and what took effect. */
export function auditCommand(edge: Edge): Command {
  const command = new Command('audit').description(
    'compares committed rows, the topic and the effects; exit code 1 for a loss, a double or a disorder. Reads Avro if SCHEMA_REGISTRY_URL is set'
  )
  for (const [name, [value, text, variable]] of Object.entries(inputs))
    command.option(`--${name} <${value}>`, `${text}; or ${variable}`)
  return command
    .option('--since <when>', 'start of the window: 30m, 24h, 7d or a time', '24h')
    .option('--until <when>', 'end of the window; younger events may still be on their way', '30s')
    .option('--committed-sql <sql>', 'instead of --committed; returns aggregate_id and at; :since is bound')
    .option('--effects-sql <sql>', 'instead of --effects; returns aggregate_id, at and maybe version; :since is bound')
    .option('--json', 'print JSON')
    .action((options: Options) => audit(edge, options))
}

async function audit(edge: Edge, options: Options): Promise<void> {
  const { environment } = edge
  const given = (name: Input) => resolveSecrets(options[name] ?? environment[inputs[name][2]] ?? '', environment)
  const needed = (name: Input): string => {
    const value = given(name)
    if (value) return value
    throw new CommandError(`Which ${name}? Name it with --${name}; see outboxctl audit --help`)
  }
  const brokers = needed('brokers').split(',')
  const [source, target] = [needed('source'), needed('target')]
  const window = { from: timeOf(options.since), to: timeOf(options.until) }
  const what = {
    topic: needed('topic'),
    event: needed('event'),
    committedSql: options.committedSql ?? rowsOf('committed', given('committed'), source),
    effectsSql: options.effectsSql ?? rowsOf('effects', given('effects'), target)
  }
  const note = (_: object, message: string) => edge.note(message)
  const logger = { debug() {}, info() {}, warn: note, error: note }
  const decoding = await registryDecoding(environment)
  const kafka = kafkajsClient({ brokers, clientId: 'outboxctl', logger, security: kafkaSecurity(environment) })
  try {
    const input = await withDatabase(source, from =>
      withDatabase(target, to => collect({ ...what, ...window, decoding, kafka, source: from, target: to }))
    )
    requireNoFuture('committed', input.committed)
    requireNoFuture('effects', input.effects)
    report(edge, compare(input), { ...window, json: options.json === true })
  } finally {
    await kafka.close()
  }
}

/** Clocks differ less than time zones do. */
const mostSkewMs = 600_000

function requireNoFuture(option: 'committed' | 'effects', rows: readonly { readonly at: number }[]): void {
  if (!rows.some(({ at }) => at > Date.now() + mostSkewMs)) return
  const example =
    option === 'committed' ? 'customer_order(id,created_at,+09:00)' : 'delivery(order_id,delivered_at,+09:00)'
  throw new CommandError(
    `The times of --${option} are ahead of the clock: they aren't in UTC. Name their zone, such as --${option} '${example}'`
  )
}

const mostShown = 50

type Shown = { readonly from: Date; readonly to: Date; readonly json: boolean }

function report(edge: Edge, { findings, counts }: AuditReport, { from, to, json }: Shown): void {
  if (json) writeJson(edge, { from, to, ok: findings.length === 0, counts, findings })
  else {
    const { committed, events, effects, parked, skipped, redelivered, unreadable } = counts
    edge.write(`${from.toISOString()} … ${to.toISOString()}`)
    edge.write(
      `${committed} committed · ${events} events (${redelivered} sent again, ${unreadable} records unreadable) · ${effects} effects · ${parked} parked · ${skipped} skipped`
    )
    if (findings.length === 0) edge.write('✓ each committed row has its event and its effect once, in order')
    else edge.write(table(findings.slice(0, mostShown).map(lineOf)))
    if (findings.length > mostShown) edge.write(`… and ${findings.length - mostShown} more (--json shows all)`)
  }
  if (findings.length > 0) throw new CommandError(json ? '' : counted(findings.length, 'finding'), 1)
}

function lineOf({ kind, id, key, detail }: Finding): string[] {
  return ['✗', kind, key ?? jsonText(id), key === undefined ? '' : idBeside(key, id), detail]
}

/** `table(id,time)` or, for a time without a zone that isn't in UTC, `table(id,time,+09:00)` as a query. */
function rowsOf(option: 'committed' | 'effects', rows: string | undefined, url: string): string {
  const pattern = /^([\w.]+)\((\w+), ?(\w+)(?:, ?([+-]\d\d:\d\d|[A-Za-z][\w/+-]*))?\)$/
  const [, table, id, column, zone] = pattern.exec(rows ?? '') ?? []
  if (table !== undefined) {
    const time = zone === undefined || column === undefined ? column : inUtc(column, zone, isPostgresUrl(url))
    return `SELECT ${id} AS aggregate_id, ${time} AS at FROM ${table} WHERE ${time} >= :since`
  }
  const given = rows === undefined ? `Which rows are ${option}?` : `--${option} is not TABLE(ID,TIME[,ZONE]): ${rows}.`
  const example = option === 'committed' ? 'customer_order(id,created_at)' : 'delivery(order_id,delivered_at)'
  throw new CommandError(`${given} Name them, such as --${option} "${example}", or give a query with --${option}-sql`)
}

function inUtc(column: string, zone: string, isPostgres: boolean): string {
  if (!isPostgres) return `CONVERT_TZ(${column}, '${zone}', '+00:00')`
  // As an interval, because PostgreSQL counts the offset in a zone's name to the west.
  return /^[+-]/.test(zone) ? `(${column} AT TIME ZONE INTERVAL '${zone}')` : `(${column} AT TIME ZONE '${zone}')`
}
