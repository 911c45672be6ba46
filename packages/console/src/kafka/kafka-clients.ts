import { Admin, Consumer } from '@platformatic/kafka'
import type { RecordDecoder } from './decode-record.ts'
import { createRecordReader, type RecordReader } from './record-reader.ts'

/** The broker's answers that the console needs, each bounded in time. */
export type KafkaClients = {
  readonly admin: Admin
  /** For the sampler alone, so that a person's search never delays a sample. */
  readonly samples: RecordReader
  readonly browsing: RecordReader
  close(): Promise<void>
}

// Two short repeats pass over what a change of leaders or a topic just made answers; more would hide an outage.
const patience = { retries: 2, retryDelay: 150 }
const bounds = { timeout: 2_000, connectTimeout: 1_500, requestTimeout: 3_000, metadataMaxAge: 2_000, ...patience }

export function createKafkaClients(brokers: readonly string[], decode: RecordDecoder): KafkaClients {
  const base = { clientId: 'outbox-console', bootstrapBrokers: [...brokers], ...bounds }
  const admin = new Admin(base)
  // These never join a group: they only fetch, which needs none, so reading leaves no trace in the cluster.
  const consumers = ['samples', 'browsing'].map(name => new Consumer({ ...base, groupId: `outbox-console-${name}` }))
  for (const client of [admin, ...consumers]) client.on('error', () => undefined)
  const [samples, browsing] = consumers.map(consumer => createRecordReader({ admin, consumer, decode }))
  if (samples === undefined || browsing === undefined) throw new Error('unreachable')
  return {
    admin,
    samples,
    browsing,
    async close() {
      await Promise.allSettled([admin.close(), ...consumers.map(consumer => consumer.close(true))])
    }
  }
}
