import { describe, expect, it } from 'vitest'
import type { StoredRecord } from './decode-record.ts'
import { cursorText, offsetsFrom } from './record-reader.ts'
import { matcher } from './search-records.ts'
import { showRecord } from './show-record.ts'

const record = (value: string | null, headers: StoredRecord['headers'] = []): StoredRecord => ({
  topic: 't',
  partition: 0,
  offset: 1,
  timestamp: 0,
  key: Buffer.from('{"schema":{},"payload":{"event_id":7}}'),
  value: value === null ? null : Buffer.from(value),
  headers
})
const wire = '{"schema":{},"payload":{"id":1,"event":"order_created","payload":"{\\"name\\":\\"Joon (a+b)\\"}"}}'

describe('a search', () => {
  it.each(['joon', '"name":"Joon', '(a+b)', 'ORDER_CREATED', '"event_id":7', 'trace-1'])('finds %s', text => {
    expect(matcher({ text })(record(wire, [['traceparent', 'trace-1']]))).toBe(true)
  })

  it.each([{ text: 'mina' }, { key: '8' }, { event: 'order_paid' }, { key: '7', text: 'mina' }])(
    'passes over %j',
    query => {
      expect(matcher(query)(record(wire))).toBe(false)
    }
  )

  it('takes records without a value or with one that is not JSON', () => {
    expect(matcher({ text: 'x' })(record(null))).toBe(false)
    expect(matcher({ event: 'x' })(record('not JSON'))).toBe(false)
  })
})

describe('a record', () => {
  it('is shown with its schema and its inner JSON opened', () => {
    expect(showRecord(record(wire))).toMatchObject({
      key: '7',
      event: 'order_created',
      value: { payload: { name: 'Joon (a+b)' } }
    })
  })

  it('is shown as text when it is not JSON, and as nothing when it is null', () => {
    expect(showRecord(record('plain')).value).toBe('plain')
    expect(showRecord(record(null))).toMatchObject({ value: null, rawValue: null })
  })
})

describe('a record that a decoder has opened', () => {
  const opened = {
    ...record('\u0000\u0001bytes', [['event', 'order_created']]),
    opened: { name: 'Joon', quantity: 95 }
  }

  it('is found by what it says, by the event in its header, and shown so', () => {
    expect(matcher({ text: '"name":"joon"', event: 'order_created', key: '7' })(opened)).toBe(true)
    expect(matcher({ text: 'bytes' })(opened)).toBe(false)
    expect(showRecord(opened)).toMatchObject({ key: '7', event: 'order_created', value: { name: 'Joon' } })
  })
})

it('a cursor is the same after it went through an address', () => {
  const offsets = new Map([
    [1, 88],
    [0, 120]
  ])
  expect(cursorText(offsets)).toBe('0:120,1:88')
  expect(offsetsFrom('0:120,1:88')).toEqual(offsets)
})
