import { expect, it } from 'vitest'
import { z } from 'zod'
import { handle } from '../consumer/read/handler.ts'
import { defineEvent } from '../define-event.ts'
import { debeziumRecord, readRecord } from './index.ts'

const define = <Schema extends z.ZodType>(payload: Schema) =>
  defineEvent({ name: 'counted', aggregate: 'thing', version: 1, payload })
const place = { topic: 't', partition: 0, offset: 0n, timestamp: 0 }
const row = { id: 1, createdAt: new Date(0), topic: 't' }
const event = define(z.object({ n: z.int(), more: z.string() }))({ aggregateId: 7, payload: { n: 1, more: 'x' } })
const record = { ...place, ...debeziumRecord(event, row) }
const reading = (payload: z.ZodType) => ({ t: { counted: handle(define(payload), async () => {}) } })

it('reads a record with the schema of its reader', () => {
  expect(readRecord(reading(z.object({ n: z.int() })), record)).toMatchObject({ aggregateId: 7, payload: { n: 1 } })
})

it('throws what a consumer parks', () => {
  expect(() => readRecord(reading(z.object({ m: z.int() })), record)).toThrow(/m/)
  expect(() => readRecord({ t: {} }, record)).toThrow('There is no handler for counted')
  expect(() => readRecord(reading(z.object({})), { ...record, key: null })).toThrow('The record has no key')
})
