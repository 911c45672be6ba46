import type { Config } from '../config.ts'
import { outboxFields } from '../kafka/decode-record.ts'
import type { RecordReader } from '../kafka/record-reader.ts'
import type { StoredRecord } from '../kafka/stored-record.ts'
import { showRecord } from '../kafka/show-record.ts'
import type { Database } from '../mysql/database.ts'
import type { BinlogTrack } from './binlog-track.ts'
import { buildJourney } from './build-journey.ts'
import { findRecord } from './find-record.ts'
import type { Journey } from './journey.ts'
import { ask } from './ask.ts'
import { readDelivery, readInbox, readOrder, readParked } from './read-rows.ts'

export type FollowParts = {
  readonly config: Config
  readonly reader: RecordReader
  readonly ordersDb: Database | undefined
  readonly deliveriesDb: Database | undefined
  readonly binlog: BinlogTrack
}

export type FollowOrder = (id: number, signal: AbortSignal) => Promise<Journey>

const remembered = 500

/** Reads what every part knows of one order. A part that is away leaves its stage unknown, not the answer undone. */
export function createFollowOrder({ config, reader, ordersDb, deliveriesDb, binlog }: FollowParts): FollowOrder {
  const found = new Map<number, StoredRecord>()
  const { KAFKA_TOPIC: topic, AGGREGATE_EVENT: event, KAFKA_GROUP: consumer } = config

  async function recordOf(id: number, committedAt: number | undefined, signal: AbortSignal) {
    const known = found.get(id)
    if (known !== undefined) return known
    const record = await findRecord({ reader, topic, event }, { orderId: id, committedAt, signal })
    if (record !== undefined) found.set(id, record)
    const [oldest] = found.keys()
    if (found.size > remembered && oldest !== undefined) found.delete(oldest)
    return record
  }

  return async (id, signal) => {
    const [order, delivery] = await Promise.all([
      ask(ordersDb, db => readOrder(db, config.AGGREGATE_TABLE, id)),
      ask(deliveriesDb, db => readDelivery(db, config.EFFECT_TABLE, id))
    ])
    const record = await ask(reader, () => recordOf(id, order.value?.at, signal))
    const messageId = record.value?.headers.find(([name]) => name === 'message_id')?.[1] ?? undefined
    const [inbox, parked] = await Promise.all([
      ask(deliveriesDb, async db => (messageId === undefined ? undefined : readInbox(db, { consumer, messageId }))),
      ask(deliveriesDb, async db =>
        messageId === undefined ? undefined : readParked(db, String(id), { consumer, messageId })
      )
    ])
    const createdAt = order.value?.at ?? (record.value && outboxFields(record.value).createdAt)
    return buildJourney({
      id,
      topic,
      consumer,
      order,
      delivery,
      inbox,
      parked,
      committedAt: createdAt,
      around: createdAt === undefined ? undefined : binlog.around(createdAt),
      record: { ...record, value: record.value && showRecord(record.value) }
    })
  }
}
