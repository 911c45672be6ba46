import { z } from 'zod'
import type { AggregateId } from '../../define-event.ts'
import { asError } from '../../errors.ts'
import type { KafkaRecord } from '../../kafka/kafka-client.ts'
import type { RecordDecoding } from './decoding.ts'
import { eventKey, shortHash } from './event-key.ts'

export const aggregateIdSchema = z.union([z.number().int(), z.string().min(1).max(255)])
export const shortText = z.string().max(64).nullish()
const keyOf = z.object({ event_id: aggregateIdSchema })

/** A record's key: `text` orders it. `routed` means that Debezium's Outbox Event Router made the record. */
export type RecordKey = { readonly text: string } & (
  | { readonly id: AggregateId; readonly routed: boolean }
  | { readonly id?: never; readonly routed?: never; readonly cause: Error }
)

/** Reads the key. One that can't be read still orders its records: by a hash of its bytes, or by the partition. */
export function readKey(record: KafkaRecord, decode: RecordDecoding['decode']): RecordKey {
  const { key, topic, partition, headers } = record
  const maybeRouted = isRouted(headers)
  const remedy = maybeRouted
    ? "name the column of the aggregate's id in table.field.event.key of the connector's EventRouter"
    : `set message.key.columns=${topic.split('.').slice(-2).join('.')}:event_id in the connector`
  if (key === null) return refuse(`partition:${partition}`, `The record has no key: ${remedy}`)
  const hash = `raw:${shortHash(key)}`
  const content = contentOf(key, decode)
  const id = keyOf.safeParse(content.value).data?.event_id
  if (id !== undefined)
    return { text: eventKey(shortText.safeParse(headers.aggregate).data ?? '', id), id, routed: false }
  const bare = maybeRouted ? aggregateIdSchema.safeParse(bareContent(key, content.value)).data : undefined
  if (bare !== undefined) return { text: eventKey(routedAggregate(record), bare), id: bare, routed: true }
  if (content.error !== undefined)
    return refuse(
      hash,
      `The key cannot be read (${content.error.message}): check key.converter of the connector`,
      content.error
    )
  const found = isObject(content.value) ? Object.keys(content.value).join(', ') : typeof content.value
  return refuse(
    hash,
    `The key has no event_id that is a whole number or a text of at most 255 characters (it has ${found.slice(0, 100)}): ${remedy}`
  )
}

/** The router's `id` header is the message's id. In our other records it is the row's id, or missing. */
function isRouted({ id, message_id: messageId }: KafkaRecord['headers']): boolean {
  return typeof id === 'string' && (messageId === undefined || messageId === id)
}

/** By default the router names the topic after the aggregate, as in `outbox.event.order`. */
export function routedAggregate({ headers, topic }: KafkaRecord): string {
  return shortText.safeParse(headers.aggregate).data ?? topic.split('.').at(-1) ?? ''
}

type Content = { readonly value?: unknown; readonly error?: Error }

function contentOf(key: Buffer, decode: RecordDecoding['decode']): Content {
  try {
    return { value: decode(key).content }
  } catch (error) {
    return { error: asError(error) }
  }
}

// A StringConverter writes the id alone, which may look like another JSON value: 1e5, 007, true.
function bareContent(key: Buffer, content: unknown): unknown {
  const text = key.toString()
  const isNumber = typeof content === 'number' && String(content) === text
  return isNumber || /^[{"\0]/.test(text) ? content : text
}

function refuse(text: string, complaint: string, cause?: unknown): RecordKey {
  return { text, cause: new SyntaxError(complaint, { cause }) }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
