import { setTimeout as sleep } from 'node:timers/promises'
import { createKafkajs } from '@outbox-cdc/outbox/kafkajs'
import { type Admin, type Kafka, logLevel } from 'kafkajs'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { itemsOf } from '../settings/captured-tables.ts'
import type { Environment } from '../settings/secrets.ts'

/** A client that doesn't log: its callers report a missing broker in their own words. */
export function quietKafka(brokers: readonly string[], retries = 5): Kafka {
  return createKafkajs({
    clientId: 'connectctl',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { retries, initialRetryTime: 200, maxRetryTime: 2_000 }
  })
}

/** The brokers to use on this machine: those of the environment, or else the connector's own. */
export function brokersOf(config: ConnectorConfig, environment: Environment): readonly string[] {
  return itemsOf(environment['KAFKA_BROKERS'] ?? config['schema.history.internal.kafka.bootstrap.servers'])
}

type AdminOptions = { readonly retries?: number; readonly timeoutMs?: number }

/** Waits for `timeoutMs` at most until a broker answers, also for one that takes connections and says nothing. */
export async function withAdmin<T>(
  brokers: readonly string[],
  work: (admin: Admin) => Promise<T>,
  { retries, timeoutMs = 60_000 }: AdminOptions = {}
): Promise<T> {
  const admin = quietKafka(brokers, retries).admin()
  const connected = new AbortController()
  const late = sleep(timeoutMs, undefined, connected).then(() => {
    void admin.disconnect().catch(() => undefined) // it waits for the connection, so it may never end
    const message = `Kafka at ${brokers.join()} did not answer within ${timeoutMs / 1000} s`
    throw new ConnectctlError('KAFKA_UNREACHABLE', message)
  })
  await Promise.race([admin.connect(), late]).finally(() => connected.abort())
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}
