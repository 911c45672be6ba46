import type { EventDefinition } from '@outbox-cdc/outbox'
import { readRecord } from '@outbox-cdc/outbox/testing'
import { Matchers } from '@pact-foundation/pact'
import { z } from 'zod'
import type { ServiceContract } from '../contract.ts'
import { type Message, recordOf } from '../message.ts'
import type { Edge } from '../participants.ts'
import { anyEventOf } from '../states.ts'
import { expectationOf } from './expectation.ts'

/** An event that a consumer reads: what it expects, and its own reading, which throws if that isn't enough. */
export type ExpectedMessage = {
  readonly description: string
  readonly contents: Readonly<Record<string, unknown>>
  readonly metadata: Readonly<Record<string, unknown>>
  readonly read: (message: Message) => unknown
}

/** What the consumer reads of the provider, from its own handlers. Throws for a topic that it has none for. */
export function expectedMessages({ consumer, topics }: Edge, contract: ServiceContract): readonly ExpectedMessage[] {
  return topics.flatMap(topic => {
    if (contract.follows?.topics.includes(topic)) return [anyMessage(topic, contract.follows.read)]
    const handlers = Object.values(contract.reads?.[topic] ?? {})
    if (handlers.length === 0)
      throw new Error(`${consumer.name} reads ${topic}, and its contract has no handler for it.`)
    return handlers.map(({ definition }) => ({
      ...messageOf(topic, definition),
      read: (message: Message) => readRecord(contract.reads ?? {}, recordOf(message))
    }))
  })
}

type Follows = NonNullable<ServiceContract['follows']>

/** Of a topic that is only followed: name, aggregate and id of each event. */
function anyMessage(topic: string, read: Follows['read']): ExpectedMessage {
  const description = anyEventOf(topic)
  const contents = { ...common('integer'), event: Matchers.string('event'), payload: Matchers.like({}) }
  return {
    description,
    contents,
    metadata: { ...headers('integer'), topic, aggregate: Matchers.regex('^[a-z][a-z0-9_]*$', 'aggregate') },
    read(message) {
      const found = read(recordOf(message))
      if (found === undefined) throw new Error(`What follows ${topic} does not read ${description}.`)
      return found
    }
  }
}

function messageOf(topic: string, definition: EventDefinition) {
  const { name, aggregate, aggregateId: kind = 'integer', payload, example, version } = definition
  const sample = example === undefined ? undefined : z.encode(payload, example)
  const versions = Array.from({ length: version }, (_, index) => index + 1)
  return {
    description: name,
    contents: { ...common(kind), event: Matchers.equal(name), payload: expectationOf(payload, sample) },
    metadata: { ...headers(kind), topic, aggregate, schema_version: oneOf(versions) }
  }
}

type Kind = 'integer' | 'string'
const uuid = '01980000-0000-7000-8000-000000000001'

const common = (kind: Kind) => ({
  event_id: kind === 'integer' ? Matchers.integer(1) : Matchers.string(uuid),
  created_at: Matchers.regex(String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`, '2026-01-02T03:04:05.000Z')
})

const headers = (kind: Kind) => ({
  key:
    kind === 'integer'
      ? Matchers.regex(String.raw`^\{"event_id":-?\d+\}$`, '{"event_id":1}')
      : Matchers.regex(String.raw`^\{"event_id":".+"\}$`, `{"event_id":"${uuid}"}`),
  message_id: Matchers.regex('^[!-~]{1,64}$', uuid)
})

const oneOf = (versions: readonly number[]) => Matchers.regex(`^(${versions.join('|')})$`, String(versions.at(-1)))
