import { expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { debeziumRecord } from '../testing/debezium-record.ts'
import { stepOf } from './index.ts'

const orderCreated = defineEvent({
  name: 'order_created',
  aggregate: 'order',
  aggregateId: 'string',
  version: 1,
  payload: z.object({})
})
const place = { topic: 'orderTopic', partition: 2, offset: 41n, timestamp: 1_700_000_000_500 }
const messageId = '01980000-0000-7000-8000-000000000001'
const event = orderCreated({ aggregateId: 'A-7', aggregateVersion: 3, messageId, correlationId: 'c', payload: {} })
const step = {
  messageId,
  event: 'order_created',
  aggregate: 'order',
  aggregateId: 'A-7',
  aggregateVersion: 3,
  correlationId: 'c',
  causationId: undefined,
  topic: 'orderTopic',
  partition: 2,
  offset: 41,
  at: 1_700_000_000_123,
  arrivedAt: 1_700_000_000_500
}

it('reads a record of the outbox table, to the microsecond', () => {
  const record = debeziumRecord(event, { id: 1, createdAt: new Date(step.at), topic: 'orderTopic' })
  expect(stepOf({ ...place, ...record })).toEqual(step)
  const value = Buffer.from(record.value.toString().replace('.123Z', '.123456Z'))
  expect(stepOf({ ...place, ...record, value })?.at).toBe(step.at + 0.456)
})

it('reads a record whose event and time are in headers, and one of the Outbox Event Router', () => {
  const headers = { aggregate: 'order', aggregate_version: '3', correlation_id: 'c', event: 'order_created' }
  const time = '2023-11-14T22:13:20.123456Z'
  const key = Buffer.from('{"event_id":"A-7"}')
  const value = Buffer.from('{}')
  const expanded = { ...headers, id: '9', message_id: messageId, created_at: time, schema_version: '1' }
  expect(stepOf({ ...place, key, value, headers: expanded })).toEqual({ ...step, at: step.at + 0.456 })
  const routed = { ...headers, id: messageId }
  expect(stepOf({ ...place, key: Buffer.from('A-7'), value, headers: routed })).toEqual({ ...step, at: step.arrivedAt })
})

it('says who caused it, where the record does', () => {
  const record = debeziumRecord({ ...event, actor: 'customer' }, { id: 1, createdAt: new Date(step.at), topic: 't' })
  expect(stepOf({ ...place, ...record })).toEqual({ ...step, actor: 'customer' })
})

it('is no step where a consumer would park the record', () => {
  expect(stepOf({ ...place, key: null, value: Buffer.from('{}'), headers: {} })).toBeUndefined()
  expect(stepOf({ ...place, key: Buffer.from('{"event_id":1}'), value: null, headers: {} })).toBeUndefined()
})
