import { listParked, type ParkedRow, requestRetry, showParked, skipParked } from '@outbox-cdc/outbox'
import { createMysql, type Logger } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import type { RecordDecoder } from '../kafka/decode-record.ts'
import type { StoredRecord } from '../kafka/stored-record.ts'
import { showRecord, shownRecord } from '../kafka/show-record.ts'

export const parkedKey = z
  .object({
    consumer: z.string(),
    key: z.string(),
    reason: z.string(),
    parkedAt: z.number(),
    retryAskedAt: z.number().nullable(),
    waiting: z.number().meta({ description: 'Events that wait, the refused one among them' })
  })
  .meta({ id: 'ParkedKey' })

export const parkedEvent = z
  .object({
    id: z.number(),
    state: z.string(),
    reason: z.string(),
    error: z.string().nullable(),
    stack: z.string().nullable(),
    attempts: z.number(),
    parkedAt: z.number(),
    note: z.string().nullable(),
    record: shownRecord
  })
  .meta({ id: 'ParkedEvent' })

export type KeyOfConsumer = { readonly consumer: string; readonly key: string }

/** The parked events of the consumer's database, through the library that parks them. */
export type ParkedStore = {
  list(): Promise<z.output<typeof parkedKey>[]>
  show(key: KeyOfConsumer): Promise<z.output<typeof parkedEvent>[]>
  retry(key: KeyOfConsumer): Promise<boolean>
  skip(key: KeyOfConsumer & { readonly note: string }): Promise<boolean>
  close(): Promise<void>
}

const mostShown = 200

export type ParkedParts = { readonly url: string; readonly logger: Logger; readonly decode: RecordDecoder }

export function createParkedStore({ url, logger, decode }: ParkedParts): ParkedStore {
  const db = createMysql({ url, name: 'console', poolSize: 2, logger })
  return {
    async list() {
      const keys = await listParked(db)
      return keys.slice(0, 1_000).map(({ consumer, key, reason, parkedAt, retryRequestedAt, waiting }) => ({
        consumer,
        key,
        reason,
        waiting,
        parkedAt: parkedAt.getTime(),
        retryAskedAt: retryRequestedAt?.getTime() ?? null
      }))
    },
    async show(key) {
      const rows = (await showParked(db, key)).slice(-mostShown)
      const records = await decode(rows.map(recordOf))
      return rows.flatMap((row, index) => (records[index] === undefined ? [] : [shownEvent(row, records[index])]))
    },
    retry: key => requestRetry(db, key),
    skip: async key => (await skipParked(db, key)) !== undefined,
    close: () => db.destroy()
  }
}

function shownEvent(row: ParkedRow, record: StoredRecord): z.output<typeof parkedEvent> {
  const { state, reason, error, stack, attempts, note } = row
  return {
    id: Number(row.id),
    state,
    reason,
    error,
    stack,
    attempts,
    note,
    parkedAt: row.parked_at.getTime(),
    record: showRecord(record)
  }
}

function recordOf(row: ParkedRow): StoredRecord {
  return {
    topic: row.topic,
    partition: row.partition_no,
    offset: Number(row.record_offset),
    timestamp: Number(row.record_time),
    key: row.record_key,
    value: row.record_value,
    headers: Object.entries(JSON.parse(row.record_headers) as Record<string, string | null>)
  }
}
