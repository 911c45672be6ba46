import base from '../postgres/orders-connector.json' with { type: 'json' }

// There is no outbox table: the event is a message in the WAL with the prefix `outbox`, and its content is one JSON object.
const { 'message.prefix.exclude.list': _excluded, 'message.key.columns': _columns, ...shared } = base

export const config = {
  ...shared,
  'table.include.list': 'public.connect_heartbeat',
  'message.prefix.include.list': 'outbox',
  // The integers become the types of the table's columns. Without event_id, the ids may be text.
  transforms: 'decode,unwrap,topic,types,key,headers',
  'predicates.isOutbox.pattern': 'orders_server\\.(message|public\\.outbox)',
  'transforms.decode.type': 'io.debezium.connector.postgresql.transforms.DecodeLogicalDecodingMessageContent',
  'transforms.decode.fields.null.include': 'true',
  'transforms.unwrap.predicate': 'isOutbox',
  'transforms.unwrap.add.headers': 'source.lsn:lsn,source.txId:tx_id,ts_ms:captured_ms',
  'transforms.unwrap.add.fields': 'source.lsn:id',
  'transforms.unwrap.add.fields.prefix': '',
  'transforms.topic.type': 'org.apache.kafka.connect.transforms.RegexRouter',
  'transforms.topic.regex': 'orders_server\\.message',
  'transforms.topic.replacement': 'orders_server.public.outbox',
  'transforms.types.type': 'org.apache.kafka.connect.transforms.Cast$Value',
  'transforms.types.predicate': 'isOutbox',
  'transforms.types.spec': 'event_id:int64',
  'transforms.key.type': 'org.apache.kafka.connect.transforms.ValueToKey',
  'transforms.key.predicate': 'isOutbox',
  'transforms.key.fields': 'event_id'
}
