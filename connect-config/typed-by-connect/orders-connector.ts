import base from '../orders-connector.json' with { type: 'json' }

const converter = {
  'apicurio.registry.url': '${APICURIO_URL}',
  'apicurio.registry.auto-register': 'true',
  'apicurio.registry.find-latest': 'false',
  'apicurio.registry.as-confluent': 'true',
  // Confluent's clients look an id up as a content id: by the default they would read by another subject's schema.
  'apicurio.registry.use-id': 'contentId',
  'apicurio.registry.headers.enabled': 'false',
  // Without it the task fails as soon as the registry is away for longer than the cache is fresh.
  'apicurio.registry.fault-tolerant-refresh': 'true'
}

const of = (side: 'key' | 'value') => ({
  [`${side}.converter`]: 'io.apicurio.registry.utils.converter.AvroConverter',
  ...Object.fromEntries(Object.entries(converter).map(([name, value]) => [`${side}.converter.${name}`, value]))
})

// The keeper reads its beats without a registry.
const beat = 'sender,sent_ms'

// The outbox stays JSON; Connect writes key and row as Avro, and registers the schema that the table gives.
export const config = {
  ...base,
  ...of('key'),
  ...of('value'),
  predicates: 'isOutbox,isBeat',
  'predicates.isBeat.type': base['predicates.isOutbox.type'],
  'predicates.isBeat.pattern': 'orders_server\\.orders\\.connect_heartbeat',
  transforms: 'unwrap,headers,beat',
  'transforms.beat.type': base['transforms.headers.type'],
  'transforms.beat.predicate': 'isBeat',
  'transforms.beat.operation': 'copy',
  'transforms.beat.fields': beat,
  'transforms.beat.headers': beat
}
