import type { ConnectorConfig } from '../connect/connect-api.ts'

export type OutboxConnectorOptions = {
  readonly database: string
  /** The outbox table. */
  readonly table: string
  /** The first part of the topic's name. */
  readonly prefix: string
  /** The outbox column whose value becomes the Kafka key. */
  readonly key: string
  /** The replica id, which no other reader of this MySQL may have. */
  readonly serverId: number
}

const lifted = 'message_id,aggregate,aggregate_version,schema_version,correlation_id,causation_id,traceparent'
const json = 'org.apache.kafka.connect.json.JsonConverter'
const based = 'snapshot.mode.configuration.based'

/** Complete settings of a connector for an outbox. connect-config/README.md says why each is as it is. */
export function outboxConnector({ database, table, prefix, key, serverId }: OutboxConnectorOptions): ConnectorConfig {
  const outbox = `${database}.${table}`
  const topic = `${prefix}.${outbox}`.replaceAll('.', '\\.')
  return {
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'tasks.max': '1',
    'database.hostname': '${MYSQL_HOST}',
    'database.port': '${MYSQL_PORT}',
    'database.user': 'debezium',
    'database.password': '${dir:${CONNECT_SECRETS_DIR}:debezium}',
    'database.server.id': String(serverId),
    'topic.prefix': prefix,
    'database.include.list': database,
    'table.include.list': `${outbox},${database}.connect_heartbeat`,
    'message.key.columns': `${outbox}:${key}`,
    ...records,
    ...start,
    'schema.history.internal.kafka.bootstrap.servers': '${KAFKA_BROKERS}',
    'schema.history.internal.kafka.topic': `schema_changes.${database}`,
    'schema.history.internal.store.only.captured.tables.ddl': 'true',
    ...flow,
    ...topicCreation(topic),
    ...transforms(topic)
  }
}

const records: ConnectorConfig = {
  'skipped.operations': 'u,d,t',
  'tombstones.on.delete': 'false',
  'include.schema.changes': 'false',
  'extended.headers.enabled': 'false',
  'key.converter': json,
  'value.converter': json
}

const start: ConnectorConfig = {
  'snapshot.mode': 'configuration_based',
  [`${based}.snapshot.data`]: 'false',
  [`${based}.snapshot.schema`]: 'false',
  [`${based}.snapshot.on.schema.error`]: 'true',
  [`${based}.snapshot.on.data.error`]: 'false',
  [`${based}.start.stream`]: 'true',
  'snapshot.locking.mode': 'none'
}

const flow: ConnectorConfig = {
  'max.batch.size': '1',
  'connect.keep.alive.interval.ms': '1000',
  'driver.socketTimeout': '10000',
  'heartbeat.interval.ms': '5000',
  'event.converting.failure.handling.mode': 'fail',
  'producer.override.enable.idempotence': 'true'
}

function transforms(topic: string): ConnectorConfig {
  return {
    predicates: 'isOutbox',
    'predicates.isOutbox.type': 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches',
    'predicates.isOutbox.pattern': topic,
    transforms: 'unwrap,headers',
    'transforms.unwrap.type': 'io.debezium.transforms.ExtractNewRecordState',
    'transforms.headers.type': 'org.apache.kafka.connect.transforms.HeaderFrom$Value',
    'transforms.headers.predicate': 'isOutbox',
    'transforms.headers.operation': 'move',
    'transforms.headers.fields': lifted,
    'transforms.headers.headers': lifted
  }
}

/** Heartbeats get one partition and an hour; the outbox three and a week. -1 is the brokers' replication factor. */
function topicCreation(outbox: string): ConnectorConfig {
  return {
    'topic.creation.default.partitions': '1',
    'topic.creation.default.replication.factor': '-1',
    'topic.creation.default.retention.ms': '3600000',
    'topic.creation.groups': 'business',
    'topic.creation.business.include': outbox,
    'topic.creation.business.partitions': '3',
    'topic.creation.business.replication.factor': '-1',
    'topic.creation.business.retention.ms': '604800000'
  }
}
