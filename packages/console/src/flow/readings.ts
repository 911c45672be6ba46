import type { Verdict } from '@outbox-cdc/connectctl'
import type { Config } from '../config.ts'
import { engineOf } from '../database/open-database.ts'
import type { Reading } from './probe.ts'
import type { Readings } from './probes.ts'

/** The verdict as the keeper last gave it; undefined where none is configured, or while it does not answer. */
export function verdictIn({ keeper }: Readings): Verdict | undefined {
  return keeper?.failing === undefined ? keeper?.value : undefined
}

/** What a part answered within the last seconds. */
export function fresh<T>(reading: Reading<T> | undefined, now: number): T | undefined {
  return reading?.at !== undefined && now - reading.at <= 5_000 ? reading.value : undefined
}

/** What sentences call the parts; never a user or a password. */
export type Names = ReturnType<typeof namesFrom>

export function namesFrom(config: Config) {
  const engine = engineOf(config.AGGREGATE_DB_URL)
  return {
    connector: config.CONNECTOR_NAME ?? 'the connector',
    aggregate: config.AGGREGATE_NAME,
    database: engine.name,
    log: engine.log,
    topic: config.KAFKA_TOPIC,
    group: config.KAFKA_GROUP,
    keeperUrl: placeOf(config.KEEPER_URL),
    brokers: config.KAFKA_BROKERS.join(', '),
    aggregateHost: placeOf(config.AGGREGATE_DB_URL),
    effectHost: placeOf(config.EFFECT_DB_URL),
    writer: config.WRITER_NAME,
    consumer: config.CONSUMER_NAME,
    writerPlace: placeOf(config.WRITER_URL),
    consumerPlace: placeOf(config.CONSUMER_URL)
  }
}

function placeOf(url: string | undefined): string {
  if (url === undefined) return 'not configured'
  const { host, pathname, protocol } = new URL(url)
  return protocol.startsWith('http') ? host : `${host}${pathname}`
}
