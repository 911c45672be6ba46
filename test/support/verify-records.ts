import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { edgesOf, loadContract, type Records, verifyProvider, writePacts } from '@outbox-cdc/contracts'
import { type KafkaRecord, readEnvelope } from '@outbox-cdc/outbox'
import type { KafkaMessage } from 'kafkajs'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import { textsOf } from './open-record.ts'
import { type WatchedTopic, watchTopic } from './read-topic.ts'
import type { TestPipeline } from './test-pipeline.ts'

/** By event: brings one about by requests to the services, and gives the id of its aggregate. */
export type Causes = Readonly<Record<string, () => Promise<string | number>>>

/**
 * Verifies each provider of a running system against the contracts of those that read its events, with records that went through
 * its table, Debezium and Kafka.
 */
export async function verifyRecords({ settings, stack }: TestPipeline, causes: Causes): Promise<void> {
  const { system } = settings
  const dir = await mkdtemp(join(tmpdir(), 'pacts-'))
  const topics = new Map<string, WatchedTopic>()
  try {
    await writePacts({ systems: [system], dir })
    const edges = edgesOf([system]).filter(({ kind }) => kind === 'message')
    for (const topic of new Set(edges.flatMap(edge => edge.topics)))
      topics.set(topic, await watchTopic(stack.kafka, topic))
    for (const { service } of new Map(edges.map(({ provider }) => [provider.name, provider])).values()) {
      const contract = await loadContract({ name: service.name, system, service })
      const verdict = await verifyProvider({
        system: system.name,
        service: service.name,
        contract,
        pacts: { dir },
        records
      })
      expect(verdict).toMatchObject({ ok: true, failures: [] })
    }
  } finally {
    await Promise.all([...topics.values()].map(watched => watched.stop()))
    await rm(dir, { recursive: true, force: true })
  }

  async function records(...[event, topic]: Parameters<Records>): Promise<KafkaRecord> {
    const cause = causes[event]
    if (cause === undefined) throw new Error(`This test causes no ${event}.`)
    const id = await cause()
    const found = () =>
      topics
        .get(topic)
        ?.records.map(record => recordOf(topic, record))
        .find(isOf(event, id))
    return eventually(() => {
      const record = found()
      if (record === undefined) throw new Error(`There is no ${event} of ${id} on ${topic}.`)
      return record
    })
  }
}

const isOf = (event: string, id: string | number) => (record: KafkaRecord) => {
  const read = readEnvelope(record)
  return 'event' in read && read.event.name === event && String(read.event.aggregateId) === String(id)
}

function recordOf(topic: string, { key, value, headers, offset, timestamp }: KafkaMessage): KafkaRecord {
  const place = { topic, partition: 0, offset: BigInt(offset), timestamp: Number(timestamp) }
  return { ...place, key, value, headers: textsOf(headers) }
}
