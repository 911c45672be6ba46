import { Admin, ConnectionPool, Consumer, FetchIsolationLevels } from '@platformatic/kafka'
import { platformaticSecurity } from '@outbox-cdc/outbox/security'
import { type AskKafka, type Brokers, createAskKafka } from './ask-kafka.ts'
import type { RecordDecoder } from './decode-record.ts'
import { createGroupReader, type GroupReader } from './read-groups.ts'
import { createRecordReader, type RecordReader } from './record-reader.ts'

/** One set of clients. None joins a group, so reading leaves no trace in the cluster. */
export type KafkaAccess = {
  readonly admin: Admin
  readonly reader: RecordReader
  readonly groups: GroupReader
  readonly ask: AskKafka
}

// Two short retries bridge a change of leaders or a new topic; more would hide an outage.
const impatient = { connectTimeout: 1_500, requestTimeout: 3_000, retries: 2, retryDelay: 150 }
const patient = { connectTimeout: 3_000, requestTimeout: 10_000, retries: 4, retryDelay: 300 }

export function createKafkaClients(place: Brokers, decode: RecordDecoder) {
  const { brokers, security } = place
  const secured = platformaticSecurity(security, brokers)
  const ask = createAskKafka(place)
  const open = (name: string, patience: typeof patient) => {
    const base = {
      clientId: 'outbox-console',
      bootstrapBrokers: [...brokers],
      timeout: 2_000,
      metadataMaxAge: 2_000,
      ...secured
    }
    const admin = new Admin({ ...base, ...patience })
    const isolationLevel = FetchIsolationLevels.READ_UNCOMMITTED
    const consumer = new Consumer({ ...base, ...patience, groupId: `outbox-console-${name}`, isolationLevel })
    for (const client of [admin, consumer]) client.on('error', () => undefined)
    const connections = new ConnectionPool(base.clientId, { ...patience, ...secured })
    // Requests report what fails; the pool itself listens only once.
    connections.on('connecting', ({ connection }) => void connection.on('error', () => undefined))
    const reader = createRecordReader({ admin, consumer, decode, ask })
    return { admin, consumer, connections, reader, groups: createGroupReader({ admin, connections, ask }), ask }
  }
  const samples = open('samples', impatient)
  const browsing = open('browsing', patient)
  const following = open('following', patient)
  return {
    /** Only for the sampler: short limits, and never behind a person's search. */
    samples,
    /** For what a person asks: on a busy cluster a late answer is better than none. */
    browsing,
    /** For what is read all the time, which must hold up neither of them. */
    following,
    async close() {
      await Promise.allSettled(
        [samples, browsing, following].flatMap(({ admin, consumer, connections }) => [
          admin.close(),
          consumer.close(true),
          connections.close()
        ])
      )
    }
  }
}
