import { findMessage, readEnvelope } from '@outbox-cdc/outbox'
import { asKafkaRecord, keyOf, outboxFields, type StoredRecord, valueOf } from '../kafka/decode-record.ts'
import { engineOf } from '../database/open-database.ts'
import { optional } from '../database/tables.ts'
import type { HopSources } from '../sources.ts'
import type { KafkaAccess } from '../kafka/kafka-clients.ts'
import { findRecord } from './find-record.ts'

/** A part that was asked: what it said, or that it does not answer or is not configured. */
export type Asked<T> = { readonly value?: T; readonly away?: 'silent' | 'not configured' }

export type AggregateReadings = Awaited<ReturnType<ReturnType<typeof createAggregateReader>>>

const remembered = 500

/** Reads what every part knows of one aggregate. A part that does not answer leaves its stage unknown. */
export function createAggregateReader({ reader }: Pick<KafkaAccess, 'reader'>, sources: HopSources) {
  const { hop, aggregates, effects, consumerDb, track } = sources
  const found = new Map<string, StoredRecord>()
  const { topic, events, group: consumer } = hop
  const engine = engineOf(hop.aggregate.url)

  async function recordOf(id: string, committedAt: number | undefined, signal: AbortSignal) {
    const known = found.get(id)
    if (known !== undefined) return known
    const record = await findRecord({ reader, topic, events, signal }, { aggregateId: id, committedAt })
    if (record !== undefined) found.set(id, record)
    const [oldest] = found.keys()
    if (found.size > remembered && oldest !== undefined) found.delete(oldest)
    return record
  }

  return async (id: string, signal: AbortSignal) => {
    const [row, delivery] = await Promise.all([
      ask(aggregates, table => table.find(id)),
      ask(effects, table => table.find(id))
    ])
    const record = await ask(reader, () => recordOf(id, row.value?.at, signal))
    const identity = record.value && identityOf(record.value)
    // What the consumer did with the event.
    const message = await ask(consumerDb, async db =>
      identity === undefined ? undefined : optional(() => findMessage(db, { consumer, ...identity }))
    )
    const committedAt = row.value?.at ?? (record.value && outboxFields(record.value).createdAt)
    const around = committedAt === undefined ? undefined : track.around(committedAt)
    return {
      id,
      noun: hop.aggregate.name,
      engine,
      topic,
      consumer,
      row,
      delivery,
      record,
      messageId: identity?.messageId,
      message,
      committedAt,
      around
    }
  }
}

/** Under which key and id the consumer knows a record: the library itself says it. */
function identityOf(record: StoredRecord) {
  const decode = (bytes: Buffer) => ({ content: bytes === record.key ? keyOf(record) : valueOf(record) })
  const { key, messageId } = readEnvelope(asKafkaRecord(record), { decode })
  return { key, messageId }
}

async function ask<S, T>(source: S | undefined, question: (source: S) => Promise<T>): Promise<Asked<T>> {
  if (source === undefined) return { away: 'not configured' }
  try {
    return { value: await question(source) }
  } catch {
    return { away: 'silent' }
  }
}
