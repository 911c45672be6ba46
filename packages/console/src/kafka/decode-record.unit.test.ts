import { expect, it } from 'vitest'
import { capturedAt, keyText, timeOf } from './decode-record.ts'

const textOf = (key: string) => keyText({ key: Buffer.from(key) })

it.each([
  ['{"event_id":7}', '7'],
  ['{"event_id":"1e3"}', '1e3'],
  ['{"schema":{},"payload":{"event_id":"a "}}', 'a '],
  ['{"schema":{"type":"string"},"payload":"007"}', '007'],
  ['7', '7'],
  ['1e3', '1e3'],
  ['007', '007'],
  ['9007199254740993', '9007199254740993'],
  ['true', 'true'],
  ['null', 'null'],
  ['a-slug', 'a-slug']
])('reads the key %s, also a bare one that looks like a number', (key, text) => expect(textOf(key)).toBe(text))

it('has no text for a record without a key, and no time for one without', () => {
  expect(keyText({ key: null })).toBeNull()
  expect([timeOf(-1n), timeOf('-1'), timeOf(0), timeOf(1_800_000_000_000n)]).toEqual([null, null, 0, 1_800_000_000_000])
})

it('knows when Debezium read a record, in microseconds from a table and in milliseconds from a message', () => {
  const record = { topic: 't', partition: 0, offset: 0, timestamp: null, key: null, value: null }
  expect(capturedAt({ ...record, headers: [['captured_us', '1800000000000250']] })).toBe(1_800_000_000_000.25)
  expect(capturedAt({ ...record, headers: [['captured_ms', '1800000000000']] })).toBe(1_800_000_000_000)
  expect(capturedAt({ ...record, headers: [['captured_ms', 'soon']] })).toBeUndefined()
})
