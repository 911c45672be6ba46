import type { EventDefinition, KafkaRecord } from '@outbox-cdc/outbox'
import { debeziumRecord } from '@outbox-cdc/outbox/testing'
import type { ServiceContract } from '../contract.ts'
import { type Message, messageOf } from '../message.ts'
import { anyEventOf } from '../states.ts'

/** Brings an event about by a real request, and reads its record from the topic. */
export type Records = (event: string, topic: string) => Promise<KafkaRecord>

/** How each message comes about that a contract may name: one for each event, and one for each topic. */
export type Published = ReadonlyMap<string, () => Promise<Message>>

/** The messages of a service: from its own definitions and their examples, or from real records. */
export function publishedMessages({ publishes = {} }: ServiceContract, records?: Records): Published {
  const messages = Object.entries(publishes).flatMap(([topic, events]) => {
    const all = Object.values(events).map(
      event => [event.name, async () => messageOf(await recordOf(event, topic))] as const
    )
    const [, first] = all[0] ?? []
    return first === undefined ? [] : [...all, [anyEventOf(topic), first] as const]
  })
  return new Map(messages)

  async function recordOf(event: EventDefinition, topic: string): Promise<KafkaRecord> {
    return records === undefined ? exampleRecord(event, topic) : records(event.name, topic)
  }
}

/** The record of an outbox row that the definition itself fills, as Debezium and Connect write it. */
function exampleRecord(event: EventDefinition, topic: string): KafkaRecord {
  const { name, aggregateId: kind, example } = event
  if (example === undefined) throw new Error(`The event ${name} needs an example in its definition.`)
  const aggregateId = kind === 'string' ? '01980000-0000-7000-8000-000000000001' : 1
  const createdAt = new Date('2026-01-02T03:04:05.000Z')
  const record = debeziumRecord(event({ aggregateId, aggregateVersion: 1, payload: example }), {
    id: 1,
    createdAt,
    topic
  })
  return { topic, partition: 0, offset: 0n, timestamp: createdAt.getTime(), ...record }
}
