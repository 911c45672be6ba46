import base from '../orders-connector.json' with { type: 'json' }

// The outbox row holds the payload as Avro already. Connect passes its bytes on as the value, and needs no registry.
const lifted = `id,event,created_at,${base['transforms.headers.fields']}`

export const config = {
  ...base,
  transforms: 'unwrap,headers,payload',
  'transforms.headers.fields': lifted,
  'transforms.headers.headers': lifted,
  'transforms.payload.type': 'org.apache.kafka.connect.transforms.ExtractField$Value',
  'transforms.payload.predicate': 'isOutbox',
  'transforms.payload.field': 'payload',

  'binary.handling.mode': 'bytes',
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'key.converter.schemas.enable': 'false',
  'value.converter': 'io.debezium.converters.BinaryDataConverter',
  // For values that aren't bytes: heartbeats, and payloads written before the change to Avro.
  'value.converter.delegate.converter.type': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.delegate.converter.type.schemas.enable': 'true'
}
