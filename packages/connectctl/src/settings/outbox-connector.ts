import type { ConnectorConfig } from '../connect/connect-api.ts'
import { connectorClasses } from './engine.ts'
import { flow, pattern, recordFormat, routed, type Shape, topicCreation, unwrapped } from './outbox-shapes.ts'

type Outbox = {
  readonly database: string
  /** The outbox table. */
  readonly table: string
  /** The first part of the topics' names. */
  readonly prefix: string
  /** The outbox column whose value becomes the Kafka key. */
  readonly key: string
  /** A topic for each aggregate type, by Debezium's Outbox Event Router. */
  readonly router: boolean
}

export type MySqlOutbox = Outbox & {
  readonly engine: 'mysql'
  /** The replica id, which no other reader of this MySQL may have. */
  readonly serverId: number
}

export type PostgresOutbox = Outbox & {
  readonly engine: 'postgres'
  readonly store: 'table' | 'message'
  /** For messages, whose ids have no column: without its type, Debezium would guess one from each number's size. */
  readonly aggregateId: 'integer' | 'string'
  /** The publication that the migration made, and the name of the slot. */
  readonly publication: string
}

export type OutboxConnectorOptions = MySqlOutbox | PostgresOutbox

/** Complete settings of a connector for an outbox. connect-config/README.md says why each is as it is. */
export function outboxConnector(options: OutboxConnectorOptions): ConnectorConfig {
  if (options.engine === 'mysql') return mysqlConnector(options)
  return options.store === 'message' ? messageConnector(options) : tableConnector(options)
}

/** The topics that the connector writes events to. */
export function topicsOfOutbox({ router, prefix, database, table, engine }: OutboxConnectorOptions): string {
  return router ? `${prefix}.AGGREGATE` : `${prefix}.${engine === 'mysql' ? database : 'public'}.${table}`
}

const based = 'snapshot.mode.configuration.based'

function mysqlConnector(options: MySqlOutbox): ConnectorConfig {
  const { database, table, prefix, serverId } = options
  const outbox = `${database}.${table}`
  return {
    'connector.class': connectorClasses.MySQL,
    'tasks.max': '1',
    'database.hostname': '${MYSQL_HOST}',
    'database.port': '${MYSQL_PORT}',
    ...account,
    'database.server.id': String(serverId),
    'topic.prefix': prefix,
    'database.include.list': database,
    'table.include.list': `${outbox},${database}.connect_heartbeat`,
    ...recordFormat,
    'include.schema.changes': 'false',
    'snapshot.mode': 'configuration_based',
    [`${based}.snapshot.data`]: 'false',
    [`${based}.snapshot.schema`]: 'false',
    [`${based}.snapshot.on.schema.error`]: 'true',
    [`${based}.snapshot.on.data.error`]: 'false',
    [`${based}.start.stream`]: 'true',
    'snapshot.locking.mode': 'none',
    'schema.history.internal.kafka.bootstrap.servers': '${KAFKA_BROKERS}',
    'schema.history.internal.kafka.topic': `schema_changes.${database}`,
    'schema.history.internal.store.only.captured.tables.ddl': 'true',
    'connect.keep.alive.interval.ms': '1000',
    'driver.socketTimeout': '10000',
    ...flow,
    ...shapeOf(options, outbox)
  }
}

const account: ConnectorConfig = {
  'database.user': 'debezium',
  'database.password': '${dir:${CONNECT_SECRETS_DIR}:debezium}'
}

/** The transforms of a table's rows, and the topics that they fill. */
function shapeOf({ router, prefix, key }: Outbox, outbox: string): ConnectorConfig {
  const topic = `${prefix}.${outbox}`
  if (router) return routed({ topic: pattern(topic), prefix, key })
  return { 'message.key.columns': `${outbox}:${key}`, ...topicCreation(pattern(topic)), ...unwrapped(pattern(topic)) }
}

function postgresConnector(options: PostgresOutbox): ConnectorConfig {
  return {
    'connector.class': connectorClasses.PostgreSQL,
    'tasks.max': '1',
    'database.hostname': '${POSTGRES_HOST}',
    'database.port': '${POSTGRES_PORT}',
    ...account,
    'database.dbname': options.database,
    'topic.prefix': options.prefix,
    'plugin.name': 'pgoutput',
    'slot.name': options.publication,
    'slot.drop.on.stop': 'false',
    'publication.name': options.publication,
    'publication.autocreate.mode': 'disabled',
    'offset.mismatch.strategy': 'trust_offset',
    'snapshot.mode': 'no_data',
    ...recordFormat,
    'poll.interval.ms': '10',
    'heartbeat.action.query': "SELECT pg_logical_emit_message(true, 'heartbeat', '')",
    'event.processing.failure.handling.mode': 'fail',
    ...flow
  }
}

function tableConnector(options: PostgresOutbox): ConnectorConfig {
  const outbox = `public.${options.table}`
  return {
    ...postgresConnector(options),
    'table.include.list': `${outbox},public.connect_heartbeat`,
    'message.prefix.exclude.list': '.*',
    ...shapeOf(options, outbox)
  }
}

/** There is no table: an event is a message in the WAL. The store `message` of the library gives it the prefix `outbox`. */
function messageConnector(options: PostgresOutbox): ConnectorConfig {
  return {
    ...postgresConnector(options),
    'table.include.list': 'public.connect_heartbeat',
    'message.prefix.include.list': 'outbox',
    ...(options.router ? routedMessages(options) : unwrappedMessages(options))
  }
}

const decode: ConnectorConfig = {
  'transforms.decode.type': 'io.debezium.connector.postgresql.transforms.DecodeLogicalDecodingMessageContent',
  'transforms.decode.fields.null.include': 'true'
}

function routedMessages({ prefix, key }: PostgresOutbox): ConnectorConfig {
  const shape: Shape = { topic: pattern(`${prefix}.message`), prefix, key }
  return { ...routed(shape), transforms: 'unwrap,decode,route', ...decode }
}

/** Debezium writes all messages to PREFIX.message; `topic` gives them the name of the table's topic. */
function unwrappedMessages({ prefix, table, key, aggregateId }: PostgresOutbox): ConnectorConfig {
  const topic = `${prefix}.public.${table}`
  const types: ConnectorConfig = {
    'transforms.types.type': 'org.apache.kafka.connect.transforms.Cast$Value',
    'transforms.types.predicate': 'isOutbox',
    'transforms.types.spec': `${key}:int64`
  }
  return {
    ...topicCreation(pattern(topic)),
    ...unwrapped(`${pattern(prefix)}\\.(message|${pattern(`public.${table}`)})`),
    transforms: `decode,unwrap,topic,${aggregateId === 'integer' ? 'types,' : ''}key,headers`,
    ...decode,
    'transforms.unwrap.predicate': 'isOutbox',
    'transforms.unwrap.add.fields': 'source.lsn:id',
    'transforms.unwrap.add.fields.prefix': '',
    'transforms.topic.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.topic.regex': pattern(`${prefix}.message`),
    'transforms.topic.replacement': topic,
    ...(aggregateId === 'integer' ? types : {}),
    'transforms.key.type': 'org.apache.kafka.connect.transforms.ValueToKey',
    'transforms.key.predicate': 'isOutbox',
    'transforms.key.fields': key
  }
}
