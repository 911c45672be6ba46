import type { Verdict } from '@outbox-cdc/connectctl'
import type { Hop } from '../api/pipeline-schemas.ts'
import type { Config } from '../config.ts'
import { mapOffsets, type Offsets, sum } from '../kafka/record-reader.ts'
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

/** How many records each partition has that the group has not handled; undefined while that is not known. */
export function lagsIn({ topic, group }: Readings): Offsets | undefined {
  const { next, first } = topic.value ?? {}
  const committed = group.value?.committed
  if (next === undefined || committed === undefined) return undefined
  return mapOffsets(next, (end, partition) =>
    Math.max(0, end - (committed.get(partition) ?? first?.get(partition) ?? 0))
  )
}

/** Records in Kafka that the group has not handled; null for a group that has never committed. */
export function waitingInKafka(readings: Readings): Hop['waiting'] {
  const { group, now } = readings
  const lags = lagsIn(readings)
  if (lags === undefined || group.value?.committed.size === 0) return null
  const events = sum(lags.values())
  const ms = events === 0 ? 0 : Math.max(0, now - (group.value?.oldestWaitingAt ?? now))
  return { events, ms }
}

/** What sentences call the parts; never a user or a password. */
export type Names = ReturnType<typeof namesFrom>

export function namesFrom(config: Config) {
  return {
    connector: config.CONNECTOR_NAME ?? 'the connector',
    topic: config.KAFKA_TOPIC,
    group: config.KAFKA_GROUP,
    keeperUrl: placeOf(config.KEEPER_URL),
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
