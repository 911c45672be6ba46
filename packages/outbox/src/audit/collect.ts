import type { Knex } from 'knex'
import type { ConsumedEvent } from '../consumer/consumed-event.ts'
import type { RecordDecoding } from '../consumer/decoding.ts'
import { readEnvelope } from '../consumer/read-envelope.ts'
import type { KafkaClient } from '../kafka/kafka-client.ts'
import type { AuditInput, TopicEvent } from './compare.ts'

export type AuditOptions = {
  /** The writer's and the reader's database; times must come as UTC. */
  readonly source: Knex
  readonly target: Knex
  readonly kafka: KafkaClient
  readonly topic: string
  /** As the consumer of the topic has it. */
  readonly decoding?: RecordDecoding | undefined
  readonly from: Date
  readonly to: Date
  /** How far before `from` the three are read, so that the edge of the window is no finding; 10 minutes by default. */
  readonly slackMs?: number
  /** The event that makes the effect; `order_created` by default. */
  readonly event?: string
  /** Must give `aggregate_id` and `at`; `:since` is bound. */
  readonly committedSql?: string
  /** Must give `aggregate_id` and `at`, and may give `version` in the order of the effects; `:since` is bound. */
  readonly effectsSql?: string
}

const usualCommitted = 'SELECT id AS aggregate_id, created_at AS at FROM customer_order WHERE created_at >= :since'
const usualEffects = 'SELECT order_id AS aggregate_id, delivered_at AS at FROM delivery WHERE delivered_at >= :since'

/** Reads the three sides of the audit: rows of both databases and the topic's records, each from before the window on. */
export async function collect(options: AuditOptions): Promise<AuditInput> {
  const { source, target, from, to, slackMs = 600_000, event = 'order_created' } = options
  const since = new Date(from.getTime() - slackMs)
  // In the order of the flow: what goes through while we read is seen further down, and is no finding.
  const committed = await rows(source, options.committedSql ?? usualCommitted, since)
  const { events, unreadable } = await eventsSince(options, since)
  const effects = await rows(target, options.effectsSql ?? usualEffects, since)
  const parked: { event_key: string }[] = await target('parked_event').distinct('event_key').where({ state: 'waiting' })
  const skipped: { event_key: string }[] = await target('parked_event')
    .distinct('event_key')
    .where({ state: 'skipped' })
    .where(each => void each.where({ event }).orWhereNull('event'))
  return {
    committed,
    events,
    effects,
    parked: new Set(parked.map(row => row.event_key)),
    skipped: new Set(skipped.map(row => row.event_key)),
    unreadable,
    from: from.getTime(),
    to: to.getTime(),
    event
  }
}

type Row = { readonly aggregate_id: number | string; readonly at: Date; readonly version?: number | null }

async function rows(db: Knex, sql: string, since: Date) {
  // mysql2 answers [rows, fields], pg an object.
  const answer: { readonly 0?: readonly Row[]; readonly rows?: readonly Row[] } = await db.raw(sql, { since })
  const found = answer.rows ?? answer[0] ?? []
  return found.map(({ aggregate_id: id, at, version }) => ({
    id: String(id),
    at: at.getTime(),
    version: version ?? undefined
  }))
}

type Found = { readonly events: readonly TopicEvent[]; readonly unreadable: number }

async function eventsSince({ kafka, topic, decoding }: AuditOptions, since: Date): Promise<Found> {
  const [starts, watermarks] = await Promise.all([kafka.offsetsAt(topic, since.getTime()), kafka.watermarks(topic)])
  const window = new Map(
    [...watermarks].map(([partition, { high }]) => [partition, { from: starts.get(partition) ?? high, to: high }])
  )
  const events: TopicEvent[] = []
  let unreadable = 0
  await kafka.read({
    topic,
    window,
    async onRecords(partition, records) {
      await decoding?.prepare?.(records)
      for (const record of records) {
        const read = readEnvelope(record, decoding)
        if ('event' in read) events.push(topicEvent(read.event, `${partition}@${record.offset}`))
        else unreadable++
      }
    }
  })
  return { events, unreadable }
}

function topicEvent(event: ConsumedEvent, place: string): TopicEvent {
  const { aggregateId, name, messageId, aggregateVersion, createdAt } = event
  return {
    aggregateId: String(aggregateId),
    name,
    messageId,
    version: aggregateVersion,
    at: createdAt.getTime(),
    place
  }
}
