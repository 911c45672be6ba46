import type { ConnectorConfig } from '../connect/connect-api.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'

/** What makes a record of an inserted row, on both databases. */
export const recordFormat: ConnectorConfig = {
  'skipped.operations': 'u,d,t',
  'tombstones.on.delete': 'false',
  'extended.headers.enabled': 'false',
  'key.converter': json,
  'value.converter': json
}

/** What keeps events flowing and complete, on both databases. */
export const flow: ConnectorConfig = {
  'max.batch.size': '1',
  'heartbeat.interval.ms': '5000',
  'event.converting.failure.handling.mode': 'fail',
  'producer.override.enable.idempotence': 'true'
}

/** Heartbeats get one partition and an hour; the events three and a week. -1 is the brokers' replication factor. */
export function topicCreation(events: string): ConnectorConfig {
  return {
    'topic.creation.default.partitions': '1',
    'topic.creation.default.replication.factor': '-1',
    'topic.creation.default.retention.ms': '3600000',
    'topic.creation.groups': 'business',
    'topic.creation.business.include': events,
    'topic.creation.business.partitions': '3',
    'topic.creation.business.replication.factor': '-1',
    'topic.creation.business.retention.ms': '604800000'
  }
}

function isOutbox(topic: string): ConnectorConfig {
  return {
    predicates: 'isOutbox',
    'predicates.isOutbox.type': 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches',
    'predicates.isOutbox.pattern': topic
  }
}

const unwrap: ConnectorConfig = { 'transforms.unwrap.type': 'io.debezium.transforms.ExtractNewRecordState' }
const facts = 'aggregate,aggregate_version,schema_version,correlation_id,causation_id,traceparent'

/** The row is the value, and all columns but five are headers. `topic` is a pattern. */
export function unwrapped(topic: string): ConnectorConfig {
  return {
    ...isOutbox(topic),
    transforms: 'unwrap,headers',
    ...unwrap,
    'transforms.headers.type': 'org.apache.kafka.connect.transforms.HeaderFrom$Value',
    'transforms.headers.predicate': 'isOutbox',
    'transforms.headers.operation': 'move',
    'transforms.headers.fields': `message_id,${facts}`,
    'transforms.headers.headers': `message_id,${facts}`
  }
}

export type Shape = {
  /** The pattern of the topic that the router gets. */
  readonly topic: string
  readonly prefix: string
  /** The column whose value becomes the Kafka key. */
  readonly key: string
}

/** The payload is the value, all else is in headers, and each aggregate type has the topic PREFIX.AGGREGATE. */
export function routed({ topic, prefix, key }: Shape): ConnectorConfig {
  const placed = `event,created_at,message_id,${facts},actor`.split(',').map(column => `${column}:header`)
  return {
    ...topicCreation(`${pattern(prefix)}\\.[^.]+`),
    ...isOutbox(topic),
    transforms: 'unwrap,route',
    ...unwrap,
    'transforms.unwrap.predicate': 'isOutbox',
    'transforms.unwrap.negate': 'true',
    'transforms.route.type': 'io.debezium.transforms.outbox.EventRouter',
    'transforms.route.predicate': 'isOutbox',
    'transforms.route.table.field.event.id': 'message_id',
    'transforms.route.table.field.event.key': key,
    'transforms.route.table.fields.additional.placement': placed.join(),
    // Not every outbox has the column `actor`.
    'transforms.route.table.field.additional.missing': 'ignore',
    'transforms.route.route.by.field': 'aggregate',
    'transforms.route.route.topic.replacement': `${prefix}.$\{routedByValue}`
  }
}

/** A name as the pattern that it alone fits. */
export function pattern(name: string): string {
  return name.replaceAll('.', '\\.')
}
