import { Command } from 'commander'
import { collect } from '../audit/collect.ts'
import { type AuditReport, compare, type Finding } from '../audit/compare.ts'
import { type Hop, readHops } from '../hops/index.ts'
import { jsonText } from '../json-text.ts'
import { kafkajsClient } from '../kafka/kafkajs-client.ts'
import { kafkaSecurity, resolveSecrets } from '../security/index.ts'
import { CommandError, counted, type Edge, idBeside, table, timeOf, writeJson } from './edge.ts'
import { queriesOf, queryIn } from './audit-rows.ts'
import { withDatabase } from './open-database.ts'
import { registryDecoding } from './parked-reader.ts'

// Each may also come from a hop.
const inputs = {
  source: ['url', "the writer's database"],
  target: ['url', "the consumer's database"],
  topic: ['name', 'the outbox topic, such as orders_server.orders.outbox'],
  event: ['names', 'the event that causes the effect, such as order_created, or several of which a row causes one'],
  committed: ['table', "the writer's rows as TABLE(ID,TIME[,ZONE]), such as customer_order(id,created_at)"],
  effects: ['table', "the consumer's rows as TABLE(ID,TIME[,ZONE]), such as delivery(order_id,delivered_at)"]
} as const

type Input = keyof typeof inputs
type Options = { readonly [name in Input | 'brokers' | 'hops' | 'hop' | 'committedSql' | 'effectsSql']?: string } & {
  readonly since: string
  readonly until: string
  readonly json?: boolean
}

/** `outboxctl audit`: compares what was committed, what is in the topic and what took effect. */
export function auditCommand(edge: Edge): Command {
  const command = new Command('audit')
    .description(
      'compares committed rows, the topic and the effects; exit code 1 for a loss, a double or a disorder. Reads Avro if SCHEMA_REGISTRY_URL is set'
    )
    .option('--brokers <list>', 'host:port, comma separated; or KAFKA_BROKERS')
    .option('--hops <file>', 'JSON file that says what follows, as for the console; or HOPS_FILE')
    .option('--hop <name>', 'which of its hops to compare, if not the first')
  for (const [name, [value, text]] of Object.entries(inputs)) command.option(`--${name} <${value}>`, text)
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
  const { brokers, source, target, ...what } = asked(options, environment)
  const window = { from: timeOf(options.since), to: timeOf(options.until) }
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

/** What to compare: what an option says, else what the hop says. */
function asked(options: Options, environment: Edge['environment']) {
  const hop = chosenHop(options, environment)
  const resolved = (value = '') => resolveSecrets(value, environment)
  const needed = (name: Input | 'brokers', other?: string): string => {
    const value = resolved(options[name] ?? other)
    if (value) return value
    throw new CommandError(`Which ${name}? Name it with --${name}; see outboxctl audit --help`)
  }
  const brokers = needed('brokers', environment['KAFKA_BROKERS']).split(',')
  const [source, target] = [needed('source', hop?.aggregate.url), needed('target', hop?.effect.url)]
  const topic = needed('topic', hop?.topic)
  const [event = '', ...others] = needed('event', hop?.events?.join()).split(',')
  const queries = hop && queriesOf(hop, { source, target })
  const sqlOf = (name: 'committed' | 'effects', url: string) =>
    options[`${name}Sql`] ??
    (options[name] === undefined && queries?.[name] ? queries[name] : queryIn(name, resolved(options[name]), url))
  return {
    brokers,
    source,
    target,
    topic,
    events: [event, ...others] as const,
    committedSql: sqlOf('committed', source),
    effectsSql: sqlOf('effects', target)
  }
}

function chosenHop({ hops, hop }: Options, environment: Edge['environment']): Hop | undefined {
  const file = hops ?? environment['HOPS_FILE']
  if (!file) {
    if (hop === undefined) return undefined
    throw new CommandError(`Which file has the hop ${hop}? Name it with --hops, or in HOPS_FILE`)
  }
  const all = readHops(file, environment)
  const found = hop === undefined ? all[0] : all.find(({ name }) => name === hop)
  if (found !== undefined) return found
  throw new CommandError(`${file} has no hop ${hop}. It has: ${all.map(({ name }) => name).join(', ')}`)
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
    if (findings.length === 0 && committed === 0)
      edge.write('nothing was committed in this time, so nothing was compared')
    else if (findings.length === 0) edge.write('✓ each committed row has its event and its effect once, in order')
    else edge.write(table(findings.slice(0, mostShown).map(lineOf)))
    if (findings.length > mostShown) edge.write(`… and ${findings.length - mostShown} more (--json shows all)`)
  }
  if (findings.length > 0) throw new CommandError(json ? '' : counted(findings.length, 'finding'), 1)
}

function lineOf({ kind, id, key, detail }: Finding): string[] {
  return ['✗', kind, key ?? jsonText(id), key === undefined ? '' : idBeside(key, id), detail]
}
