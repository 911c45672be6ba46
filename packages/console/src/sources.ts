import { createConnectApi } from '@outbox-cdc/connectctl'
import { kafkaFrom, type Logger } from '@outbox-cdc/service-kit'
import type { Config } from './config.ts'
import { avroDecoder } from './kafka/avro-decoder.ts'
import { asTheyAre } from './kafka/decode-record.ts'
import { createKafkaClients } from './kafka/kafka-clients.ts'
import { openDatabase } from './database/open-database.ts'
import { openTable } from './database/tables.ts'
import { createLogTrack } from './aggregates/log-track.ts'

export type Sources = ReturnType<typeof openSources>

/** Opens everything that the console reads. That asks nothing of them, so none has to be there. */
export function openSources(config: Config, logger: Logger) {
  const open = (url: string | undefined, readOnly = true) =>
    url === undefined ? undefined : openDatabase({ url, logger, readOnly })
  const writerDb = open(config.AGGREGATE_DB_URL)
  const consumerDb = open(config.EFFECT_DB_URL)
  // For what a person asks to retry or to skip: the other sessions are read-only.
  const actionsDb = open(config.EFFECT_DB_URL, false)
  const { SCHEMA_REGISTRY_URL: url, SCHEMA_REGISTRY_TOKEN: token } = config
  const decode = url === undefined ? asTheyAre : avroDecoder({ url, token })
  const kafka = createKafkaClients(kafkaFrom(config), decode)
  return {
    kafka,
    decode,
    connect: openConnect(config),
    consumerDb,
    actionsDb,
    aggregates: openTable('aggregates', writerDb, config),
    effects: openTable('effects', consumerDb, config),
    track: createLogTrack(),
    async close() {
      await Promise.allSettled([kafka.close(), writerDb?.destroy(), consumerDb?.destroy(), actionsDb?.destroy()])
    }
  }
}

/** Asked with short limits: a page must not wait for a worker that hangs. An action may take longer than a question. */
function openConnect({ CONNECT_URL: urls, CONNECT_TOKEN: token }: Config) {
  if (urls.length === 0) return undefined
  const open = (totalMs: number) =>
    createConnectApi({ url: urls.join(), token, retryForMs: 0, answerTimeoutMs: totalMs / urls.length })
  return { reading: open(1_400), acting: open(14_000) }
}
