import type { Engine } from './engine.ts'
import { clientPrefixes, securitySettings } from './kafka-client-rules.ts'
import * as mysql from './mysql-settings.ts'
import * as postgres from './postgres-settings.ts'

/**
 * The settings of Debezium's connectors 3.6 and of Connect's source connectors, by what they take. Most come from a worker's
 * answer to `PUT /connector-plugins/…/config/validate`. Debezium reads some that it doesn't list there; they are added.
 */
const booleans = `
  errors.log.enable errors.log.include.messages extended.headers.enabled include.schema.comments
  key.converter.schemas.enable legacy.snapshot.max.threads openlineage.integration.enabled
  provide.transaction.metadata read.only snapshot.mode.configuration.based.snapshot.data
  snapshot.mode.configuration.based.snapshot.on.data.error snapshot.mode.configuration.based.snapshot.on.schema.error
  snapshot.mode.configuration.based.snapshot.schema snapshot.mode.configuration.based.start.stream
  statistics.metrics.enabled table.ignore.builtin tasks.max.enforce tombstones.on.delete topic.creation.enable
  value.converter.schemas.enable
`

/** Whole numbers. */
const numbers = `
  connection.validation.timeout.ms database.port database.query.timeout.ms errors.max.retries
  errors.retry.delay.max.ms errors.retry.timeout executor.shutdown.timeout.ms guardrail.collections.max
  heartbeat.interval.ms incremental.snapshot.chunk.size max.batch.size max.queue.size max.queue.size.in.bytes
  poll.interval.ms query.fetch.size retriable.restart.connector.wait.ms signal.kafka.poll.timeout.ms
  signal.poll.interval.ms snapshot.delay.ms snapshot.fetch.size snapshot.lock.timeout.ms snapshot.max.threads
  snapshot.max.threads.multiplier streaming.delay.ms tasks.max topic.cache.size transaction.boundary.interval.ms
`

/** Text that isn't checked: names, lists, classes, passwords. */
const texts = `
  column.exclude.list column.include.list config.action.reload connector.class connector.plugin.version converters
  custom.metric.tags custom.sanitize.pattern database.hostname database.initial.statements database.password
  database.user datatype.propagate.source.type header.converter header.converter.plugin.version heartbeat.action.query
  heartbeat.topics.prefix key.converter key.converter.plugin.version memory.management.schemas.class
  memory.management.tables.class message.key.columns notification.enabled.channels notification.sink.topic.name
  openlineage.integration.config.file.path openlineage.integration.dataset.kafka.bootstrap.servers
  openlineage.integration.job.description openlineage.integration.job.namespace openlineage.integration.job.owners
  openlineage.integration.job.tags post.processors predicates signal.data.collection signal.enabled.channels
  signal.kafka.bootstrap.servers signal.kafka.groupId signal.kafka.topic skipped.operations
  snapshot.include.collection.list snapshot.mode.custom.name snapshot.query.mode.custom.name
  snapshot.select.statement.overrides sourceinfo.struct.maker table.exclude.list table.include.list
  topic.creation.groups topic.delimiter topic.naming.strategy topic.prefix transaction.boundary
  transaction.metadata.factory transforms value.converter value.converter.plugin.version
`

const modes = {
  'binary.handling.mode': 'base64|base64-url-safe|bytes|hex',
  'decimal.handling.mode': 'double|precise|string',
  'errors.tolerance': 'all|none',
  'event.converting.failure.handling.mode': 'fail|skip|warn',
  'event.deserialization.failure.handling.mode': 'fail|ignore|skip|warn',
  'event.processing.failure.handling.mode': 'fail|ignore|skip|warn',
  'exactly.once.support': 'required|requested',
  'field.name.adjustment.mode': 'none|avro|avro_unicode',
  'guardrail.collections.limit.action': 'fail|warn',
  'incremental.snapshot.watermarking.strategy': 'insert_delete|insert_insert',
  // The compressions that the library's consumers, the keeper and the audit can read.
  'producer.override.compression.type': 'gzip|lz4|none|snappy|zstd',
  'schema.name.adjustment.mode': 'avro|avro_unicode|none',
  'snapshot.query.mode': 'custom|select_all',
  'snapshot.tables.order.by.row.count': 'ascending|descending|disabled',
  'topic.creation.default.compression.type': 'gzip|lz4|producer|snappy|uncompressed|zstd',
  'time.precision.mode': 'adaptive|adaptive_time_microseconds|connect|isostring|microseconds|nanoseconds'
} as const

/** Prefixes of settings whose rest the user names (transforms, topic groups) or that go to a client. */
const prefixes = `
  transforms. predicates. topic.creation. producer.override. admin.override. driver. database. schema.history.internal.
  signal. column. converters. key.converter. value.converter. header.converter. internal.
`

const wordsOf = (text: string) => text.trim().split(/\s+/)

export const openPrefixes: readonly string[] = wordsOf(prefixes)

/** Each setting with `number`, `text`, or its values separated by `|`. */
type Known = ReadonlyMap<string, string>
type Lists = { readonly booleans: string; readonly numbers: string; readonly texts: string; readonly modes: object }

const knownIn = (...lists: readonly Lists[]): Known =>
  new Map(
    lists
      .flatMap(each => [
        ...wordsOf(each.booleans).map(name => [name, 'true|false'] as const),
        ...wordsOf(each.numbers).map(name => [name, 'number'] as const),
        ...wordsOf(each.texts).map(name => [name, 'text'] as const),
        ...(Object.entries(each.modes) as [string, string][])
      ])
      .concat(clientPrefixes.flatMap(prefix => securitySettings.map(name => [`${prefix}${name}`, 'text'] as const)))
  )

const shared = { booleans, numbers, texts, modes }
export const knownSettings: Readonly<Record<Engine, Known>> = {
  MySQL: knownIn(shared, mysql),
  PostgreSQL: knownIn(shared, postgres)
}

/** Whether only another database's connector has a setting. */
export function isOfAnother(key: string, engine: Engine): boolean {
  return (
    !knownSettings[engine].has(key) &&
    Object.entries(knownSettings).some(([name, known]) => name !== engine && known.has(key))
  )
}

type Split<Text, By extends string> = Text extends `${infer First}${By}${infer Rest}` ? First | Split<Rest, By> : Text
type Words<Text> = Exclude<Split<Split<Text, '\n'>, ' '>, ''>
type Reference = `\${${string}}`
type ModesOf<Modes> = { readonly [Key in keyof Modes]?: Split<Modes[Key], '|'> | Reference }

/** The settings of a connector: a misspelt key or a mode that does not exist is a compile error. */
type SettingsOf<Own extends Lists> = {
  readonly [Key in Words<typeof booleans | Own['booleans']>]?: boolean | 'true' | 'false' | Reference
} & {
  readonly [Key in Words<typeof numbers | Own['numbers']>]?: number | `${number}` | Reference
} & { readonly [Key in Words<typeof texts | Own['texts']>]?: string } & ModesOf<typeof modes> &
  ModesOf<Own['modes']> & { readonly [Key in `${Words<typeof prefixes>}${string}`]?: string | number | boolean }

export type MySqlConnectorConfig = SettingsOf<typeof mysql>
export type PostgresConnectorConfig = SettingsOf<typeof postgres>

/** For a connector file in TypeScript: `export const config = defineConnector({ … })`. */
export function defineConnector(
  config: MySqlConnectorConfig | PostgresConnectorConfig
): MySqlConnectorConfig | PostgresConnectorConfig {
  return config
}
