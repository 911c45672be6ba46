import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Coverage } from '@outbox-cdc/outbox/saga'
import type { StoredRecord } from '../kafka/decode-record.ts'
import type { Offsets, RecordReader } from '../kafka/record-reader.ts'
import { followTopic } from './follow-topic.ts'

const start = 1_800_000_000_000
const hour = 3_600_000

beforeEach(() => void vi.useFakeTimers({ now: start }))
afterEach(() => void vi.useRealTimers())

/** A topic of one partition in memory, which remembers what was asked. */
function aTopic() {
  const topic = { id: 'first', first: 0, records: [] as StoredRecord[], away: false, asked: [] as string[] }
  const end = () => topic.first + topic.records.length
  const offsetAt = (at: 'earliest' | 'latest' | Date) => {
    if (at === 'earliest') return topic.first
    if (at === 'latest') return end()
    return topic.records.find(({ timestamp }) => (timestamp ?? 0) >= at.getTime())?.offset ?? end()
  }
  const ask = async (question: string) => {
    topic.asked.push(question)
    if (topic.away) throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' })
  }
  const from = (offset = 0) => topic.records.filter(record => record.offset >= offset).slice(0, 2)
  const reader = {
    idOf: async () => topic.id,
    offsets: async (_: string, at: 'earliest' | 'latest' | Date) => {
      await ask('offsets')
      return new Map([[0, offsetAt(at)]])
    },
    fetch: async (_: string, offsets: Offsets) => {
      await ask('records')
      const records = from(offsets.get(0))
      return { records, next: new Map(records.map(({ offset }) => [0, offset + 1])) }
    },
    firstAt: async (_: string, offsets: Offsets) =>
      new Map(
        from(offsets.get(0))
          .slice(0, 1)
          .map(record => [0, record])
      )
  } as unknown as RecordReader
  return { topic, reader, write: (at = Date.now()) => void topic.records.push(aRecord(end(), at)) }
}

const aRecord = (offset: number, timestamp: number): StoredRecord => ({
  topic: 't',
  partition: 0,
  offset,
  timestamp,
  key: null,
  value: null,
  headers: []
})

function follow({ reader }: ReturnType<typeof aTopic>) {
  const seen: number[] = []
  const read: Coverage[] = []
  const follower = followTopic({
    reader,
    topic: 't',
    windowMs: hour,
    onRecords: records => {
      seen.push(...records.map(({ offset }) => offset))
      return 0
    },
    onCaughtUp: coverage => void read.push(coverage)
  })
  follower.start()
  return { follower, seen, read }
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1_000)

it('begins some time ago, and reads each record once', async () => {
  const kafka = aTopic()
  kafka.write(start - 2 * hour)
  for (let minute = 5; minute > 0; minute--) kafka.write(start - minute * 60_000)
  const { seen, read } = follow(kafka)
  await seconds(1)
  kafka.write()
  await seconds(2)
  expect(seen).toEqual([1, 2, 3, 4, 5, 6])
  expect(read[0]).toEqual({ from: start - hour, to: start })
  expect(read.at(-1)?.to).toBeGreaterThan(start)
})

it('asks only where the topic ends while nothing is written', async () => {
  const kafka = aTopic()
  kafka.write(start - 60_000)
  follow(kafka)
  await seconds(1)
  kafka.topic.asked.length = 0
  await seconds(60)
  expect(new Set(kafka.topic.asked)).toEqual(new Set(['offsets']))
  expect(kafka.topic.asked.length).toBeLessThanOrEqual(61)
})

it('says since when it cannot read, claims nothing of that time, and goes on where it stopped', async () => {
  const kafka = aTopic()
  const { follower, seen, read } = follow(kafka)
  await seconds(1)
  const before = read.length
  kafka.topic.away = true
  kafka.write()
  await seconds(10)
  expect(read).toHaveLength(before)
  expect(follower.reading()).toMatchObject({ failing: { reason: 'connection refused' }, read: read.at(-1) })
  expect(follower.reading().failing?.since).toBeLessThan(start + 4_000)
  kafka.topic.away = false
  await seconds(2)
  expect(seen).toEqual([0])
  expect(follower.reading().failing).toBeUndefined()
  expect(read.at(-1)?.from).toBe(start - hour)
})

it.each([
  [
    'made again with fewer records',
    (kafka: ReturnType<typeof aTopic>) => {
      kafka.topic.id = 'second'
      kafka.topic.records = []
      kafka.write()
    },
    [0]
  ],
  [
    'made again with more records',
    (kafka: ReturnType<typeof aTopic>) => {
      kafka.topic.id = 'second'
      kafka.topic.records = []
      for (const _ of [1, 2, 3, 4]) kafka.write()
    },
    [0, 1, 2, 3]
  ],
  [
    'emptied before all was read',
    (kafka: ReturnType<typeof aTopic>) => {
      Object.assign(kafka.topic, { first: 9, records: [] })
      kafka.write()
    },
    [9]
  ]
])('goes on in a topic that was %s, and does not claim the gap', async (_, change, expected) => {
  const kafka = aTopic()
  kafka.write(start - 3_000)
  kafka.write(start - 2_000)
  const { seen, read } = follow(kafka)
  await seconds(1)
  seen.length = 0
  const known = read.at(-1)?.to ?? 0
  change(kafka)
  await seconds(2)
  expect(seen).toEqual(expected)
  expect(read.at(-1)?.from).toBeGreaterThan(known)
})

it('does not claim what retention had removed before it began', async () => {
  const kafka = aTopic()
  kafka.topic.first = 100
  kafka.write(start - 20 * 60_000)
  const { read } = follow(kafka)
  await seconds(1)
  expect(read[0]?.from).toBe(start - 20 * 60_000)
})
