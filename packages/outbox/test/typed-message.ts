import type { Message } from 'kafkajs'
import type { AvroEncoding } from '../src/avro/index.ts'
import type { OutboundEvent } from '../src/index.ts'
import { wireMessage } from './wire-message.ts'

/** What Connect sends for an event that the application has typed: the payload's bytes, and the row in headers. */
export function typedMessage(event: OutboundEvent, encoding: AvroEncoding, id = 1): Message {
  const { headers } = wireMessage(event, id)
  const row = { id: String(id), event: event.name, created_at: new Date().toISOString() }
  const key = JSON.stringify({ event_id: event.aggregateId })
  return { key, value: encoding.encode(event), headers: { ...headers, ...row } }
}
