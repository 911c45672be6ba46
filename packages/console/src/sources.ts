import { createMysql, type Logger } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import type { Config } from './config.ts'
import { type ConnectCluster, createConnectCluster } from './connect/connect-cluster.ts'
import { avroDecoder } from './kafka/avro-decoder.ts'
import { asTheyAre, type RecordDecoder } from './kafka/decode-record.ts'
import { createKafkaClients, type KafkaClients } from './kafka/kafka-clients.ts'
import { aggregateTable, effectTable, type Table } from './mysql/tables.ts'

/** Everything that the console reads. Opening asks nothing of them, so none has to be there. */
export type Sources = {
  readonly kafka: KafkaClients
  readonly decode: RecordDecoder
  readonly connect: ConnectCluster | undefined
  readonly writerDb: Knex | undefined
  readonly consumerDb: Knex | undefined
  /** For what a person asks to retry or to skip: the other sessions are read-only. */
  readonly actionsDb: Knex | undefined
  readonly aggregates: Table | undefined
  readonly effects: Table | undefined
  close(): Promise<void>
}

export function openSources(config: Config, logger: Logger): Sources {
  const open = (url: string | undefined, readOnly = true) =>
    url === undefined ? undefined : createMysql({ url, name: 'console', poolSize: 4, logger, failFast: true, readOnly })
  const writerDb = open(config.AGGREGATE_MYSQL_URL)
  const consumerDb = open(config.EFFECT_MYSQL_URL)
  const actionsDb = open(config.EFFECT_MYSQL_URL, false)
  const { SCHEMA_REGISTRY_URL: registry } = config
  const decode = registry === undefined ? asTheyAre : avroDecoder(registry)
  const kafka = createKafkaClients(config.KAFKA_BROKERS, decode)
  return {
    kafka,
    decode,
    connect: createConnectCluster(config.CONNECT_URL),
    writerDb,
    consumerDb,
    actionsDb,
    aggregates: aggregateTable(writerDb, config),
    effects: effectTable(consumerDb, config),
    async close() {
      await Promise.allSettled([kafka.close(), writerDb?.destroy(), consumerDb?.destroy(), actionsDb?.destroy()])
    }
  }
}
