import type { Engine } from './engine.ts'

/**
 * The settings of the Debezium MySQL connector 3.6 and of Connect's source connectors, by what they take. Most come from
 * a worker's answer to `PUT /connector-plugins/…/config/validate`. Debezium reads some that it doesn't list there; they
 * are added.
 */
const booleans = `
  connect.keep.alive enable.time.adjuster errors.log.enable errors.log.include.messages extended.headers.enabled
  gtid.ignore.on.recovery gtid.source.filter.dml.events include.query include.schema.changes include.schema.comments
  incremental.snapshot.allow.schema.changes key.converter.schemas.enable legacy.snapshot.max.threads
  openlineage.integration.enabled provide.transaction.metadata read.only schema.history.internal.skip.unparseable.ddl
  schema.history.internal.store.only.captured.databases.ddl schema.history.internal.store.only.captured.tables.ddl
  snapshot.mode.configuration.based.snapshot.data snapshot.mode.configuration.based.snapshot.on.data.error
  snapshot.mode.configuration.based.snapshot.on.schema.error snapshot.mode.configuration.based.snapshot.schema
  snapshot.mode.configuration.based.start.stream statistics.metrics.enabled table.ignore.builtin tasks.max.enforce
  tombstones.on.delete topic.creation.enable use.nongraceful.disconnect value.converter.schemas.enable
`

/** Whole numbers. */
const numbers = `
  binlog.buffer.size binlog.net.read.timeout binlog.net.write.timeout connect.keep.alive.interval.ms connect.timeout.ms
  connection.validation.timeout.ms database.port database.query.timeout.ms database.server.id database.server.id.offset
  errors.max.retries errors.retry.delay.max.ms errors.retry.timeout executor.shutdown.timeout.ms
  guardrail.collections.max heartbeat.interval.ms incremental.snapshot.chunk.size max.batch.size max.queue.size
  max.queue.size.in.bytes min.row.count.to.stream.results poll.interval.ms query.fetch.size
  retriable.restart.connector.wait.ms schema.history.internal.kafka.create.timeout.ms
  schema.history.internal.kafka.query.timeout.ms schema.history.internal.kafka.recovery.attempts
  schema.history.internal.kafka.recovery.poll.interval.ms signal.kafka.poll.timeout.ms signal.poll.interval.ms
  snapshot.delay.ms snapshot.fetch.size snapshot.lock.timeout.ms snapshot.max.threads snapshot.max.threads.multiplier
  streaming.delay.ms tasks.max topic.cache.size transaction.boundary.interval.ms
`

/** Text that isn't checked: names, lists, classes, passwords. */
const texts = `
  column.exclude.list column.include.list config.action.reload connector.class connector.plugin.version converters
  custom.metric.tags custom.sanitize.pattern database.exclude.list database.hostname database.include.list
  database.initial.statements database.jdbc.driver database.password database.protocol database.ssl.keystore
  database.ssl.keystore.password database.ssl.truststore database.ssl.truststore.password database.user
  datatype.propagate.source.type gtid.source.excludes gtid.source.includes header.converter
  header.converter.plugin.version heartbeat.action.query heartbeat.topics.prefix key.converter
  key.converter.plugin.version memory.management.schemas.class memory.management.tables.class message.key.columns
  notification.enabled.channels notification.sink.topic.name openlineage.integration.config.file.path
  openlineage.integration.dataset.kafka.bootstrap.servers openlineage.integration.job.description
  openlineage.integration.job.namespace openlineage.integration.job.owners openlineage.integration.job.tags
  post.processors predicates schema.history.internal schema.history.internal.kafka.bootstrap.servers
  schema.history.internal.kafka.topic signal.data.collection signal.enabled.channels signal.kafka.bootstrap.servers
  signal.kafka.groupId signal.kafka.topic skipped.operations snapshot.include.collection.list snapshot.mode.custom.name
  snapshot.query.mode.custom.name snapshot.select.statement.overrides sourceinfo.struct.maker table.exclude.list
  table.include.list topic.creation.groups topic.delimiter topic.naming.strategy topic.prefix transaction.boundary
  transaction.metadata.factory transforms value.converter value.converter.plugin.version
`

const modes = {
  'bigint.unsigned.handling.mode': 'long|precise',
  'binary.handling.mode': 'base64|base64-url-safe|bytes|hex',
  'database.ssl.mode': 'disabled|preferred|required|verify_ca|verify_identity',
  'ddl.parser.type': 'default|legacy',
  'decimal.handling.mode': 'double|precise|string',
  'errors.tolerance': 'all|none',
  'event.converting.failure.handling.mode': 'fail|skip|warn',
  'event.deserialization.failure.handling.mode': 'fail|ignore|skip|warn',
  'event.processing.failure.handling.mode': 'fail|ignore|skip|warn',
  'exactly.once.support': 'required|requested',
  'field.name.adjustment.mode': 'none|avro|avro_unicode',
  'guardrail.collections.limit.action': 'fail|warn',
  'inconsistent.schema.handling.mode': 'fail|ignore|skip|warn',
  'incremental.snapshot.watermarking.strategy': 'insert_delete|insert_insert',
  // The compressions that the library's consumers, the keeper and the audit can read.
  'producer.override.compression.type': 'gzip|lz4|none|snappy|zstd',
  'schema.name.adjustment.mode': 'avro|avro_unicode|none',
  'snapshot.locking.mode': 'custom|extended|minimal|minimal_percona|minimal_percona_no_table_locks|none',
  'snapshot.mode': 'always|configuration_based|custom|initial|initial_only|no_data|recovery|when_needed',
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

const mysqlSettings: Known = new Map([
  ...wordsOf(booleans).map(name => [name, 'true|false'] as const),
  ...wordsOf(numbers).map(name => [name, 'number'] as const),
  ...wordsOf(texts).map(name => [name, 'text'] as const),
  ...Object.entries(modes)
])

export const knownSettings: Readonly<Record<Engine, Known>> = { MySQL: mysqlSettings, PostgreSQL: mysqlSettings }

type Split<Text, By extends string> = Text extends `${infer First}${By}${infer Rest}` ? First | Split<Rest, By> : Text
type Words<Text> = Exclude<Split<Split<Text, '\n'>, ' '>, ''>
type Reference = `\${${string}}`

/** The settings of a Debezium MySQL connector: a misspelt key or a mode that does not exist is a compile error. */
export type MySqlConnectorConfig = {
  readonly [Key in Words<typeof booleans>]?: boolean | 'true' | 'false' | Reference
} & {
  readonly [Key in Words<typeof numbers>]?: number | `${number}` | Reference
} & { readonly [Key in Words<typeof texts>]?: string } & {
  readonly [Key in keyof typeof modes]?: Split<(typeof modes)[Key], '|'> | Reference
} & { readonly [Key in `${Words<typeof prefixes>}${string}`]?: string | number | boolean }

/** For a connector file in TypeScript: `export const config = defineConnector({ … })`. */
export function defineConnector(config: MySqlConnectorConfig): MySqlConnectorConfig {
  return config
}
