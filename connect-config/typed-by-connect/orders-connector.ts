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

// The outbox stays JSON; Connect writes key and row as Avro, and registers the schema that the table gives.
export const config = { ...base, ...of('key'), ...of('value') }
