import type { Verdict } from '@outbox-cdc/connectctl'
import type { Config } from '../config.ts'
import type { Hop } from '@outbox-cdc/outbox/hops'
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

export function namesFrom(config: Config, hop: Hop) {
  const engine = engineOf(hop.aggregate.url)
  return {
    hop: hop.name,
    connector: hop.connector ?? 'the connector',
    aggregate: hop.aggregate.name,
    database: engine.name,
    log: engine.log,
    topic: hop.topic,
    group: hop.group,
    keeperUrl: placeOf(config.KEEPER_URL),
    brokers: config.KAFKA_BROKERS.join(', '),
    aggregateHost: placeOf(hop.aggregate.url),
    effectHost: placeOf(hop.effect.url),
    writer: hop.writer,
    consumer: hop.consumer,
    writerPlace: placeOf(hop.writerUrl),
    consumerPlace: placeOf(hop.consumerUrl)
  }
}

function placeOf(url: string | undefined): string {
  if (url === undefined) return 'not configured'
  if (url.includes(',')) return url.split(',').map(placeOf).join(', ')
  const { host, pathname, protocol } = new URL(url)
  return protocol.startsWith('http') ? host : `${host}${pathname}`
}
