import type { Message } from 'kafkajs'
import type { OutboundEvent } from '../src/index.ts'
import { debeziumRecord } from '../src/testing/debezium-record.ts'

/** What Connect would send for the event. A new object at each call: kafkajs rewrites the headers of what it is given. */
export function wireMessage(event: OutboundEvent, id = 1): Message {
  const record = debeziumRecord(event, { id, createdAt: new Date(), topic: 'orders_server.orders.outbox' })
  // kafkajs cannot write a header without a value, which is what Connect sends for an empty column.
  const headers = Object.entries(record.headers).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  return { ...record, headers: Object.fromEntries(headers) }
}
