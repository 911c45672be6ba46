import { createConnectApi } from '@outbox-cdc/connectctl'
import { kafkaFrom, type Logger } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import type { Config } from './config.ts'
import type { Hop } from '@outbox-cdc/outbox/hops'
import { avroDecoder } from './kafka/avro-decoder.ts'
import { asTheyAre } from './kafka/decode-record.ts'
import { createKafkaClients } from './kafka/kafka-clients.ts'
import { openDatabase } from './database/open-database.ts'
import { openAggregates, openEffects } from './database/tables.ts'
import { createLogTrack } from './aggregates/log-track.ts'
import { createShared } from './shared.ts'

export type Sources = ReturnType<typeof openSources>
export type HopSources = Sources['hops'][number]

/** Opens everything that the console reads. That asks nothing of them, so none has to be there. */
export function openSources(config: Config, hops: readonly Hop[], logger: Logger) {
  const shared = createShared()
  const databases = new Set<Knex>()
  const open = (url: string | undefined, readOnly = true) => {
    if (url === undefined) return undefined
    const db = shared(`${readOnly} ${url}`, () => openDatabase({ url, logger, readOnly }))
    databases.add(db)
    return db
  }
  const { SCHEMA_REGISTRY_URL: url, SCHEMA_REGISTRY_TOKEN: token } = config
  const decode = url === undefined ? asTheyAre : avroDecoder({ url, token })
  const kafka = createKafkaClients(kafkaFrom(config), decode)
  return {
    kafka,
    decode,
    connect: openConnect(config),
    hops: hops.map(hop => {
      const consumerDb = open(hop.effect.url)
      return {
        hop,
        consumerDb,
        // For what a person asks to retry or to skip: the other sessions are read-only.
        actionsDb: open(hop.effect.url, false),
        aggregates: openAggregates(hop, open(hop.aggregate.url)),
        effects: openEffects(hop, consumerDb),
        track: shared(`track ${hop.aggregate.url}`, createLogTrack)
      }
    }),
    async close() {
      await Promise.allSettled([kafka.close(), ...[...databases].map(db => db.destroy())])
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
