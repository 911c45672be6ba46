import type { Logger } from '@outbox-cdc/service-kit'
import type { Config } from './config.ts'
import { type ConnectRest, createConnectRest } from './connect/connect-rest.ts'
import type { RecordDecoder } from './kafka/decode-record.ts'
import { createKafkaClients, type KafkaClients } from './kafka/kafka-clients.ts'
import { createDatabase, type Database } from './mysql/database.ts'
import { createParkedStore, type ParkedStore } from './parked/parked-store.ts'

/** Everything that is looked at. None of it is asked anything here, so none of it has to be there. */
export type Sources = {
  readonly kafka: KafkaClients
  readonly connect: ConnectRest
  readonly ordersDb: Database | undefined
  readonly deliveriesDb: Database | undefined
  readonly parked: ParkedStore | undefined
  close(): Promise<void>
}

export function openSources(config: Config, logger: Logger, decode: RecordDecoder): Sources {
  const { AGGREGATE_MYSQL_URL: ordersUrl, EFFECT_MYSQL_URL: deliveriesUrl } = config
  const kafka = createKafkaClients(config.KAFKA_BROKERS, decode)
  const ordersDb = ordersUrl === undefined ? undefined : createDatabase(ordersUrl)
  const deliveriesDb = deliveriesUrl === undefined ? undefined : createDatabase(deliveriesUrl)
  const parked = deliveriesUrl === undefined ? undefined : createParkedStore({ url: deliveriesUrl, logger, decode })
  return {
    kafka,
    connect: createConnectRest(config.CONNECT_URL),
    ordersDb,
    deliveriesDb,
    parked,
    async close() {
      await Promise.allSettled([kafka.close(), ordersDb?.close(), deliveriesDb?.close(), parked?.close()])
    }
  }
}
