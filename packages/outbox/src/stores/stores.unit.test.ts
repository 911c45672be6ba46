import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createWriterIds } from '../blackhole/index.ts'
import { defineEvent } from '../define-event.ts'
import { messageStore } from '../message/index.ts'
import { sql } from '../one-trip/index.ts'
import { splitForPostgres } from './write-to-postgres.ts'

const noted = defineEvent({ name: 'noted', aggregate: 'note', version: 3, payload: z.object({ text: z.string() }) })
const note = (text: string) => noted({ aggregateId: 7, payload: { text } })

describe('messageStore', () => {
  it('writes every field in ASCII, with null for what an event lacks, and leaves the time to the database', () => {
    const event = note('é"😀')
    const { values } = messageStore.insert([event])
    expect(values).toEqual([
      '{"event":"noted","event_id":7,"payload":"{\\"text\\":\\"\\u00e9\\\\\\"\\ud83d\\ude00\\"}",' +
        `"message_id":"${event.messageId}","aggregate":"note","aggregate_version":null,"schema_version":3,` +
        '"correlation_id":null,"causation_id":null,"traceparent":null,"created_at":"'
    ])
  })
})

describe('splitForPostgres', () => {
  it('splits what is too much for one statement, and keeps the order', () => {
    const large = { ...note('large'), json: 'x'.repeat(9_000_000) }
    const events = [large, large, ...Array.from({ length: 1_500 }, () => note('small'))]
    const parts = splitForPostgres(events)
    expect(parts.map(({ length }) => length)).toEqual([1, 1_000, 501])
    expect(parts.flat().map(({ messageId }) => messageId)).toEqual(events.map(({ messageId }) => messageId))
  })
})

describe('createWriterIds', () => {
  const noon = Date.UTC(2030, 5, 1, 12)

  it('rises without a repeat through bursts and a clock that goes back', () => {
    const times = [0, 0, 1, 1, -500, -500, 2, 60_000, 0].flatMap(shift => Array<number>(100).fill(noon + shift))
    const ids = times.map(time => ({ time }))
    let now = 0
    const newId = createWriterIds(5, () => now)
    const made = ids.map(({ time }) => {
      now = time
      return newId()
    })
    expect(made.every((id, index) => index === 0 || id > made[index - 1]!)).toBe(true)
  })

  it('never gives two writers the same id', () => {
    const writers = Array.from({ length: 128 }, (_, writer) => createWriterIds(writer, () => noon))
    const ids = writers.flatMap(newId => Array.from({ length: 200 }, newId))
    expect(new Set(ids).size).toBe(128 * 200)
  })

  it('stays a safe integer until 2060', () => {
    const newId = createWriterIds(127, () => Date.UTC(2060, 0, 1))
    const ids = Array.from({ length: 1000 }, newId)
    expect(ids.every(Number.isSafeInteger)).toBe(true)
  })

  it.each([-1, 128, 1.5, Number.NaN])('rejects the writer %s', writer => {
    expect(() => createWriterIds(writer)).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }))
  })
})

describe('sql', () => {
  it('keeps text and values apart', () => {
    expect(sql`INSERT INTO t (a, b) VALUES (${"'; DROP TABLE t; --"}, ${null})`).toMatchObject({
      sql: 'INSERT INTO t (a, b) VALUES (?, ?)',
      values: ["'; DROP TABLE t; --", null]
    })
  })

  it.each([
    ['an array', ['a', 'b']],
    ['an object, which the driver would turn into SQL', { id: 1 }],
    ['undefined', undefined],
    ['NaN', Number.NaN]
  ])('rejects %s', (_, value) => {
    expect(() => sql`SELECT ${value as unknown as string}`).toThrow(
      expect.objectContaining({ code: 'STATEMENT_INVALID' })
    )
  })

  it('rejects a question mark in the text, which the driver would replace with a value', () => {
    expect(() => sql`UPDATE t SET a = 'why?' WHERE id = ${1}`).toThrow(/question mark/)
  })
})
