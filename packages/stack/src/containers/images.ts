import type { Properties } from '../properties.ts'

/** The public images of the engines; a test compares them with docker-compose.yml. */
export const images = {
  mysql: 'mysql:9.7.2',
  postgres: 'postgres:18.4',
  kafka: 'apache/kafka:4.3.1',
  connect: 'quay.io/debezium/connect:3.6.1.Final',
  registry: 'apicurio/apicurio-registry:3.3.3'
} as const

/** The settings whose variable in Debezium's image has no `CONNECT_` before the name. */
const ownWords = new Set([
  'bootstrap.servers',
  'group.id',
  'config.storage.topic',
  'offset.storage.topic',
  'status.storage.topic',
  'key.converter',
  'value.converter',
  'offset.flush.interval.ms'
])

function environment(settings: Properties, prefixOf: (name: string) => string): Readonly<Record<string, string>> {
  const variable = (name: string) => prefixOf(name) + name.replaceAll('.', '_').toUpperCase()
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [variable(name), String(value)]))
}

/** The settings of a broker as the environment of apache/kafka. */
export const brokerEnvironment = (settings: Properties) => environment(settings, () => 'KAFKA_')

/** The settings of a worker as the environment of quay.io/debezium/connect. */
export const workerEnvironment = (settings: Properties) =>
  environment(settings, name => (ownWords.has(name) ? '' : 'CONNECT_'))
