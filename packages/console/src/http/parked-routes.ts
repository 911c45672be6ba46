import { listParked, type ParkedRow, readEventKey, requestRetry, showParked, skipParked } from '@outbox-cdc/outbox'
import { notFound } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { type ParkedEvent, parkedEvent, type ParkedKey, parkedKey } from '../api/pipeline-schemas.ts'
import type { Config } from '../config.ts'
import { type StoredRecord, timeOf } from '../kafka/decode-record.ts'
import { showRecord } from '../kafka/show-record.ts'
import { pluralOf } from '../page/format.js'
import type { Sources } from '../sources.ts'
import { configured } from './problems.ts'
import { get, done, post, type Route } from './route.ts'

/** The consumer's tables hold ASCII; MySQL refuses to compare it with anything else. */
const stored = (most: number) =>
  z.string().regex(new RegExp(`^[ -~]{1,${most}}$`), { error: `must be 1 to ${most} ASCII characters` })
const key = z.object({ consumer: stored(64), key: stored(255) })
const mostKeys = 1_000
const mostEvents = 200

export function parkedRoutes(config: Config, { consumerDb, actionsDb, decode }: Sources): readonly Route[] {
  const { AGGREGATE_NAME: noun } = config
  const reading = () => configured(consumerDb, 'EFFECT_DB_URL')
  const acting = () => configured(actionsDb, 'EFFECT_DB_URL')
  async function act(action: Promise<unknown>, { key: name }: { readonly key: string }) {
    if (!(await action)) throw notFound(`${name} is no longer parked`)
    return { done: true as const }
  }
  return [
    get('/api/parked', 'The keys whose events wait for a person, oldest first', {
      answer: z.object({ items: z.array(parkedKey) }),
      async handle() {
        const keys = await listParked(reading())
        return { items: keys.slice(0, mostKeys).map(shownKey) }
      }
    }),
    get('/api/parked/events', 'The events of one key that wait or once waited, oldest first', {
      input: key,
      answer: z.object({
        items: z.array(parkedEvent),
        aggregateId: z
          .string()
          .nullable()
          .meta({ description: `null where the key is none of ${pluralOf(noun)}` })
      }),
      async handle(query) {
        const rows = (await showParked(reading(), query)).slice(-mostEvents)
        const records = await decode(rows.map(recordOf))
        const items = rows.flatMap((row, index) => (records[index] ? [shownEvent(row, records[index])] : []))
        return { items, aggregateId: followed(config, query.key, rows) }
      }
    }),
    post('/api/parked/retry', 'Ask the consumer to apply the waiting events of a key again', {
      input: key,
      answer: done,
      handle: input => act(requestRetry(acting(), input), input)
    }),
    post('/api/parked/skip', 'Give up the first waiting event of a key for good, with a note of who and why', {
      input: key.extend({ note: z.string().trim().min(3).max(500) }),
      answer: done,
      handle: input => act(skipParked(acting(), input), input)
    })
  ]
}

/** The id in the key, if it is one of a row that the page can follow: another aggregate may have the same id. */
function followed({ AGGREGATE_NAME: noun, AGGREGATE_EVENT }: Config, key: string, rows: readonly ParkedRow[]) {
  const { aggregate, id } = readEventKey(key) ?? {}
  const isFollowed = ['', noun].includes(aggregate ?? '') || rows.some(({ event }) => event === AGGREGATE_EVENT)
  return (isFollowed && id) || null
}

function shownKey({ parkedAt, retryRequestedAt, ...key }: Awaited<ReturnType<typeof listParked>>[number]): ParkedKey {
  const { aggregate = null, id = null } = readEventKey(key.key) ?? {}
  return { ...key, aggregate, id, parkedAt: parkedAt.getTime(), retryAskedAt: retryRequestedAt?.getTime() ?? null }
}

function shownEvent(row: ParkedRow, record: StoredRecord): ParkedEvent {
  const { id, state, reason, error, stack, attempts, note, parked_at: at } = row
  const facts = { id: Number(id), state, reason, error, stack, attempts, note, parkedAt: at.getTime() }
  return { ...facts, record: showRecord(record) }
}

function recordOf(row: ParkedRow): StoredRecord {
  return {
    topic: row.topic,
    partition: row.partition_no,
    offset: Number(row.record_offset),
    timestamp: timeOf(row.record_time),
    key: row.record_key,
    value: row.record_value,
    headers: Object.entries(JSON.parse(row.record_headers) as Record<string, string | null>)
  }
}
