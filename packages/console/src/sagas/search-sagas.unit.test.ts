import { expect, it } from 'vitest'
import type { StoredRecord } from '../kafka/decode-record.ts'
import type { Offsets, RecordReader } from '../kafka/record-reader.ts'
import { searchSagas } from './search-sagas.ts'

const records = 600_000
const wanted = 20_000
const everyMs = 1_000

/** A topic of one partition with a record a second, of which one is the event that is searched. */
const reader = {
  offsets: async (_: string, at: 'earliest' | 'latest' | Date) => {
    const offset = at === 'earliest' ? 0 : at === 'latest' ? records : Math.ceil(at.getTime() / everyMs)
    return new Map([[0, Math.min(offset, records)]])
  },
  fetch: async (_: string, from: Offsets) => {
    const first = from.get(0) ?? 0
    const count = Math.min(3_000, records - first)
    return {
      records: Array.from({ length: count }, (__, index) => aRecord(first + index)),
      next: new Map([[0, first + count]])
    }
  }
} as unknown as RecordReader

function aRecord(offset: number): StoredRecord {
  const headers = [
    ['message_id', `m${offset}`],
    ['correlation_id', offset === wanted ? 'wanted' : 'another'],
    ['aggregate', 'question']
  ] as const
  const value = Buffer.from(
    JSON.stringify({ id: 1, event: 'asked', event_id: 7, payload: '{}', created_at: new Date(offset * everyMs) })
  )
  return {
    topic: 't',
    partition: 0,
    offset,
    timestamp: offset * everyMs,
    key: Buffer.from('{"event_id":7}'),
    value,
    headers
  }
}

async function search(before?: Date) {
  const parts = {
    reader,
    map: { services: { t: 'shop' }, expectations: [] },
    before,
    signal: new AbortController().signal
  }
  for await (const [name, data] of searchSagas({ correlationId: 'wanted' }, parts)) if (name === 'end') return data
  throw new Error('The search has no end')
}

it('stops at its limit, and says from where to search on', async () => {
  const first = await search()
  expect(first).toMatchObject({ why: 'a limit was reached', saga: null, before: (records - first.scanned) * everyMs })
  const second = await search(new Date(first.before ?? 0))
  expect(second).toMatchObject({ why: 'all was searched', before: null, saga: { steps: [{ offset: wanted }] } })
})
