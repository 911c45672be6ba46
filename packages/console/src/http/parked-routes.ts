import { listParked, type ParkedRow, readEventKey, requestRetry, showParked, skipParked } from '@outbox-cdc/outbox'
import { notFound } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { z } from 'zod'
import { missing } from '../api/kafka-schemas.ts'
import { type ParkedEvent, parkedEvent, type ParkedKey, parkedKey } from '../api/pipeline-schemas.ts'
import { type StoredRecord, timeOf } from '../kafka/decode-record.ts'
import { showRecord } from '../kafka/show-record.ts'
import { reasonOf } from '../reason-of.ts'
import type { Sources } from '../sources.ts'
import { configured } from './problems.ts'
import { get, done, post, type Route } from './route.ts'

/** The consumer's tables hold ASCII; MySQL refuses to compare it with anything else. */
const stored = (most: number) =>
  z.string().regex(new RegExp(`^[ -~]{1,${most}}$`), { error: `must be 1 to ${most} ASCII characters` })
const key = z.object({ consumer: stored(64), key: stored(255) })
const mostKeys = 1_000
const mostEvents = 200

export function parkedRoutes({ hops, decode }: Sources): readonly Route[] {
  return [
    get('/api/parked', 'The keys whose events wait for a person, oldest first', {
      answer: z.object({ items: z.array(parkedKey), missing }),
      handle: () => listAll(hops)
    }),
    get('/api/parked/events', 'The events of one key that wait or once waited, oldest first', {
      input: key,
      answer: z.object({
        items: z.array(parkedEvent),
        aggregateId: z.string().nullable().meta({ description: 'null where no hop follows the aggregate of the key' }),
        hop: z.string().nullable().meta({ description: 'The hop that follows it' })
      }),
      async handle(query) {
        const found = (await firstOf(readers(hops, query), db => showParked(db, query))) ?? []
        const rows = found.slice(-mostEvents)
        const records = await decode(rows.map(recordOf))
        const items = rows.flatMap((row, index) => (records[index] ? [shownEvent(row, records[index])] : []))
        return { items, ...followed(hops, query, rows) }
      }
    }),
    post('/api/parked/retry', 'Ask the consumer to apply the waiting events of a key again', {
      input: key,
      answer: done,
      handle: input => act(hops, input, db => requestRetry(db, input))
    }),
    post('/api/parked/skip', 'Give up the first waiting event of a key for good, with a note of who and why', {
      input: key.extend({ note: z.string().trim().min(3).max(500) }),
      answer: done,
      handle: input => act(hops, input, db => skipParked(db, input))
    })
  ]
}

type Hops = Sources['hops']
type Key = z.output<typeof key>

/** Every consumer's keys. A database that doesn't answer is named, unless there is no other. */
async function listAll(hops: Hops) {
  const all = [...new Map(hops.map(({ consumerDb, hop }) => [consumerDb, hop])).entries()]
  const dbs = all.flatMap(([db, hop]) => (db === undefined ? [] : [{ db, hop }]))
  configured(dbs[0], effectUrl)
  const answers = await Promise.allSettled(dbs.map(({ db }) => listParked(db)))
  const refused = answers.find(({ status }) => status === 'rejected')
  if (dbs.length === 1 && refused?.status === 'rejected') throw refused.reason
  const keys = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []))
  const items = keys.map(shownKey).sort((a, b) => a.parkedAt - b.parkedAt)
  const sentences = answers.flatMap((answer, at) =>
    answer.status === 'rejected'
      ? `What ${dbs[at]?.hop.consumer} parked can't be read: ${reasonOf(answer.reason)}.`
      : []
  )
  return { items: items.slice(0, mostKeys), missing: sentences }
}

const effectUrl = 'effect.url of a hop'

/** Where a consumer may have parked: the database of the hop that it ends, before those of others. */
function placesOf(hops: Hops, { consumer }: Key): Hops {
  return hops.toSorted((a, b) => Number(b.hop.group === consumer) - Number(a.hop.group === consumer))
}

const distinct = (dbs: readonly (Knex | undefined)[]) => [...new Set(dbs.filter(db => db !== undefined))]
const readers = (hops: Hops, query: Key) => distinct(placesOf(hops, query).map(({ consumerDb }) => consumerDb))

/** The first answer that isn't empty. */
async function firstOf<T extends readonly unknown[]>(dbs: readonly Knex[], ask: (db: Knex) => Promise<T>) {
  configured(dbs[0], effectUrl)
  for (const db of dbs) {
    const answer = await ask(db)
    if (answer.length > 0) return answer
  }
  return undefined
}

async function act(hops: Hops, input: Key, action: (db: Knex) => Promise<unknown>) {
  const dbs = distinct(placesOf(hops, input).map(({ actionsDb }) => actionsDb))
  configured(dbs[0], effectUrl)
  for (const db of dbs) if (await action(db)) return { done: true as const }
  throw notFound(`${input.key} is no longer parked`)
}

/** The id in the key, and the hop that follows it, if one does: another aggregate may have the same id. */
function followed(hops: Hops, { consumer, key: text }: Key, rows: readonly ParkedRow[]) {
  const { aggregate, id } = readEventKey(text) ?? {}
  const found = hops.find(
    ({
      hop: {
        group,
        events,
        aggregate: { name }
      }
    }) => {
      const isOurs = ['', name].includes(aggregate ?? '') || rows.some(({ event }) => events?.includes(event ?? ''))
      return group === consumer && isOurs
    }
  )
  return { aggregateId: (found && id) || null, hop: (id && found?.hop.name) || null }
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
