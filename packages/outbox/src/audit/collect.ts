import type { Knex } from 'knex'
import type { ConsumedEvent } from '../consumer/read/handler.ts'
import type { RecordDecoding } from '../consumer/read/decoding.ts'
import { idInColumn } from '../consumer/read/event-key.ts'
import { readEnvelope } from '../consumer/read/read-event.ts'
import { windowOf } from '../consumer/run/replay.ts'
import { isPostgres } from '../inbox/inbox-tables.ts'
import { jsonText } from '../json-text.ts'
import type { KafkaClient } from '../kafka/kafka-client.ts'
import type { ParkedRow } from '../parking/parked-event.ts'
import { plain } from '../plain-knex.ts'
import type { AuditInput, TopicEvent } from './compare.ts'

export type AuditOptions = {
  /** The writer's and the consumer's database; times must come as UTC. */
  readonly source: Knex
  readonly target: Knex
  readonly kafka: KafkaClient
  readonly topic: string
  /** As for the topic's consumer. */
  readonly decoding?: RecordDecoding | undefined
  readonly from: Date
  readonly to: Date
  /** The event that causes the effect, or several of which a row causes one. */
  readonly events: readonly [string, ...string[]]
  /** Returns `aggregate_id` and `at`; `:since` is bound. */
  readonly committedSql: string
  /** Returns `aggregate_id` and `at`, and maybe `version` in the order of the effects; `:since` is bound. */
  readonly effectsSql: string
}

// So that events at the edge of the window aren't findings.
const slackMs = 600_000

/** Reads the rows of both databases and the topic's records, each from some time before the window on. */
export async function collect(options: AuditOptions): Promise<AuditInput> {
  const { source, target, from, to, events: causes } = options
  const since = new Date(from.getTime() - slackMs)
  // In the order of the flow: an event that passes while we read is seen by the later reads, and isn't a finding.
  const committed = await rows(source, { option: 'committed', sql: options.committedSql, since })
  const { events, unreadable } = await eventsSince(options, since)
  const effects = await rows(target, { option: 'effects', sql: options.effectsSql, since })
  const ofKeys = (state: ParkedRow['state']) => plain(target)('parked_event').distinct('event_key').where({ state })
  const parked = keysOf(await ofKeys('waiting'))
  const skipped = keysOf(
    await ofKeys('skipped').where(each => void each.whereIn('event', [...causes]).orWhereNull('event'))
  )
  return { committed, events, effects, parked, skipped, unreadable, from: from.getTime(), to: to.getTime(), causes }
}

function keysOf(rows: readonly { readonly event_key: string }[]): ReadonlySet<string> {
  return new Set(rows.map(row => row.event_key))
}

type Row = { readonly aggregate_id: unknown; readonly at: unknown; readonly version?: number | null }
type Wanted = { readonly option: 'committed' | 'effects'; readonly sql: string; readonly since: Date }

async function rows(db: Knex, { option, sql, since }: Wanted) {
  // mysql2 returns [rows, fields], pg an object.
  // PostgreSQL ignores the zone of a text that it compares with a time without one; pg would send this process's zone.
  const values = { since: isPostgres(db) ? since.toISOString() : since }
  const answer: { readonly 0?: readonly Row[]; readonly rows?: readonly Row[] } = await plain(db).raw(sql, values)
  const found = answer.rows ?? answer[0] ?? []
  return found.map(({ aggregate_id, at, version }) => {
    const id = idInColumn(aggregate_id)
    return { id, at: timeIn(at, `The row of ${jsonText(id)} from --${option}-sql`), version: version ?? undefined }
  })
}

/** A row without a time can't be compared, and leaving it out would hide that. */
function timeIn(at: unknown, row: string): number {
  const time = at instanceof Date ? at.getTime() : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new TypeError(
    `${row} has no time: at is ${String(at)}. Return a time as at, and give a row whose time is NULL one, or leave it out`
  )
}

async function eventsSince({ kafka, topic, decoding }: AuditOptions, since: Date) {
  const window = await windowOf({ kafka, topic, from: since })
  const events: TopicEvent[] = []
  let unreadable = 0
  await kafka.read({
    topic,
    window,
    async onRecords(partition, records) {
      await decoding?.prepare?.(records)
      for (const record of records) {
        const read = readEnvelope(record, decoding)
        if ('event' in read) events.push({ ...topicEvent(read.event), place: `${partition}@${record.offset}` })
        else unreadable++
      }
    }
  })
  return { events, unreadable }
}

function topicEvent({ aggregate, aggregateId, name, messageId, aggregateVersion: version, createdAt }: ConsumedEvent) {
  return { aggregate, aggregateId: String(aggregateId), name, messageId, version, at: createdAt.getTime() }
}
