import type { Message } from 'kafkajs'
import type { AvroEncoding } from '../src/avro/index.ts'
import type { OutboundEvent } from '../src/index.ts'
import { debeziumRecord } from '../src/testing/debezium-record.ts'

/** What Connect sends for the event. A new object at each call, because kafkajs changes the headers that it gets. */
export function wireMessage(event: OutboundEvent, id = 1): Message {
  const record = debeziumRecord(event, { id, createdAt: new Date(), topic: 'orders_server.orders.outbox' })
  // Connect sends a header without a value for an empty column, and kafkajs can't write one.
  const headers = Object.entries(record.headers).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  return { ...record, headers: Object.fromEntries(headers) }
}

/** What Connect sends for an event that the application wrote as Avro: the payload's bytes, and the row in headers. */
export function typedMessage(event: OutboundEvent, encoding: AvroEncoding, id = 1): Message {
  const { headers } = wireMessage(event, id)
  const row = { id: String(id), event: event.name, created_at: new Date().toISOString() }
  const key = JSON.stringify({ event_id: event.aggregateId })
  return { key, value: encoding.encode(event), headers: { ...headers, ...row } }
}
