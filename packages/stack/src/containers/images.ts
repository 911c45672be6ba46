import type { Properties } from '../properties.ts'

/** The public images of the engines; a test compares them with docker-compose.yml. */
export const images = {
  mysql: 'mysql:9.7.2',
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

/** The settings of a worker as the environment of quay.io/debezium/connect. */
export function workerEnvironment(settings: Properties): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      const words = name.replaceAll('.', '_').toUpperCase()
      return [ownWords.has(name) ? words : `CONNECT_${words}`, String(value)]
    })
  )
}
