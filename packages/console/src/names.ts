import { connectWorker } from '@outbox-cdc/connectctl'
import type { Config } from './config.ts'
import type { Names } from './flow/readings.ts'

/** What the parts are called in sentences; never a user or a password. */
export function namesFrom(config: Config): Names {
  return {
    connector: config.CONNECTOR_NAME,
    topic: config.KAFKA_TOPIC,
    group: config.KAFKA_GROUP,
    connectUrl: config.CONNECT_URL.map(url => connectWorker(url).base).join(', '),
    brokers: config.KAFKA_BROKERS.join(', '),
    ordersHost: placeOf(config.AGGREGATE_MYSQL_URL),
    deliveriesHost: placeOf(config.EFFECT_MYSQL_URL),
    orderService: config.WRITER_NAME,
    deliveryService: config.CONSUMER_NAME,
    orderServicePlace: placeOf(config.WRITER_URL),
    deliveryServicePlace: placeOf(config.CONSUMER_URL)
  }
}

function placeOf(url: string | undefined): string {
  if (url === undefined) return 'not configured'
  const { host, pathname, protocol } = new URL(url)
  return protocol === 'mysql:' ? `${host}${pathname}` : host
}
