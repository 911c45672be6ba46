import type { MessageState } from '@outbox-cdc/outbox'
import type { ShownRecord } from '../api/kafka-schemas.ts'
import type { Journey, ParkedHere, Stage } from '../api/pipeline-schemas.ts'
import { labelOf } from '../flow/build-flow.ts'
import { milliseconds } from '../flow/say.ts'
import { capturedAt } from '../kafka/decode-record.ts'
import type { Row } from '../mysql/tables.ts'
import { type BinlogPlace, newGtids } from './binlog-track.ts'

/** A part that was asked: what it said, or that it does not answer or is not configured. */
export type Asked<T> = {
  readonly value?: T | undefined
  readonly away?: 'silent' | 'not configured'
}

export type Known = {
  readonly id: number
  readonly topic: string
  readonly consumer: string
  readonly committedAt: number | undefined
  readonly order: Asked<Row | undefined>
  readonly around: { readonly from: BinlogPlace; readonly to: BinlogPlace } | undefined
  readonly record: Asked<ShownRecord | undefined>
  /** What the consumer did with the event. */
  readonly message: Asked<MessageState | undefined>
  readonly delivery: Asked<Row | undefined>
}

/** The stages of an order's way, each with its time, the milliseconds since the commit, and the facts behind it. */
export function buildJourney(known: Known): Journey {
  const header = (name: string) => known.record.value?.headers.find(one => one.name === name)?.value ?? null
  const delivered = known.delivery.value !== undefined
  const parked = known.message.value?.parked
  return {
    id: known.id,
    at: Date.now(),
    found: known.order.value !== undefined || known.record.value !== undefined || delivered,
    finished: delivered || parked?.state === 'skipped',
    traceId: header('traceparent')?.split('-')[1] ?? null,
    correlationId: header('correlation_id'),
    stages: [committed(known), inBinlog(known), inKafka(known), handled(known), written(known)],
    record: known.record.value ?? null,
    parked: parked?.state === 'waiting' ? parkedHere(known, parked) : null
  }
}

type Draft = Pick<Stage, 'id' | 'title' | 'state' | 'words'> & {
  readonly at?: number | undefined
  readonly facts?: Stage['facts']
}

function stage({ committedAt }: Known, { at, facts = [], ...draft }: Draft): Stage {
  const sinceCommit = at === undefined || committedAt === undefined ? null : Math.max(0, at - committedAt)
  return { ...draft, at: at ?? null, sinceCommit, facts: [...facts] }
}

function committed(known: Known): Stage {
  const { order, record } = known
  const draft = { id: 'committed', title: 'Committed in MySQL' } as const
  if (order.value !== undefined) {
    const facts = factsOf(order.value)
    return stage(known, { ...draft, state: 'done', words: labelOf(order.value.columns), at: order.value.at, facts })
  }
  if (record.value !== undefined)
    return stage(known, {
      ...draft,
      state: 'done',
      words: 'its event is in Kafka, so it was committed',
      at: known.committedAt
    })
  if (order.away) return stage(known, { ...draft, state: 'unknown', words: cannotAsk('MySQL', order) })
  return stage(known, { ...draft, state: 'waiting', words: `there is no order ${known.id}` })
}

function inBinlog(known: Known): Stage {
  const { order, record, around } = known
  const draft = { id: 'binlog', title: 'In the binlog' } as const
  if (order.value === undefined && record.value === undefined)
    return stage(known, { ...draft, state: 'waiting', words: 'waits for the commit' })
  const exact = record.value && placeIn(record.value)
  if (exact !== undefined) {
    const { file, position, gtid, readAt } = exact
    const facts = [
      { label: 'file', value: file },
      { label: 'position', value: position },
      { label: 'GTID', value: gtid }
    ]
    const words = 'written with the commit; the time is when Debezium read it'
    return stage(known, { ...draft, state: 'done', words, at: readAt, facts })
  }
  if (around === undefined)
    return stage(known, {
      ...draft,
      state: 'done',
      words:
        'written with the commit; its place is not known: the record has no binlog headers, and the console was not running then'
    })
  const { from, to } = around
  const range = (place: BinlogPlace) => `${place.file} : ${place.position}`
  const facts = [
    { label: 'between', value: `${range(from)} and ${to.file === from.file ? to.position : range(to)}` },
    { label: 'GTID', value: newGtids(from.gtids, to.gtids) ?? null }
  ]
  const words = 'written with the commit; its place lies between two readings, a second apart'
  return stage(known, { ...draft, state: 'done', words, facts })
}

type ExactPlace = {
  readonly file: string
  readonly position: string
  readonly gtid: string | null
  readonly readAt: number | undefined
}

/** The connector writes the place as headers, under our names or under Debezium's own. */
function placeIn({ headers }: ShownRecord): ExactPlace | undefined {
  const readAt = capturedAt({ headers: headers.map(({ name, value }) => [name, value] as const) })
  const one = (pattern: RegExp) => headers.find(({ name }) => pattern.test(name))?.value ?? null
  const [file, position] = [one(/^(binlog_file|_*source_file)$/), one(/^(binlog_pos|_*source_pos)$/)]
  if (file === null || position === null) return undefined
  return { file, position, gtid: one(/^(gtid|_*source_gtid)$/), readAt }
}

function inKafka(known: Known): Stage {
  const { record, order, topic, committedAt } = known
  const draft = { id: 'kafka', title: 'In Kafka' } as const
  if (record.value !== undefined) {
    const { partition, offset, key, timestamp } = record.value
    const facts = [
      { label: 'topic', value: topic },
      { label: 'partition', value: partition },
      { label: 'offset', value: offset },
      { label: 'key', value: key }
    ]
    return stage(known, {
      ...draft,
      state: 'done',
      words: `partition ${partition}, offset ${offset}`,
      at: timestamp,
      facts
    })
  }
  if (record.away) return stage(known, { ...draft, state: 'unknown', words: cannotAsk('Kafka', record) })
  if (known.delivery.value !== undefined)
    return stage(known, {
      ...draft,
      state: 'unknown',
      words: 'the topic no longer has it, or it is too far back to search'
    })
  if (order.value === undefined) return stage(known, { ...draft, state: 'waiting', words: 'waits for the commit' })
  const age = committedAt === undefined ? '' : `, for ${milliseconds(Math.max(0, Date.now() - committedAt))} now`
  return stage(known, { ...draft, state: 'waiting', words: `waits for Debezium${age}` })
}

function handled(known: Known): Stage {
  const { message, record, consumer, delivery } = known
  const draft = { id: 'handled', title: 'Handled' } as const
  const { settledAt, parked } = message.value ?? {}
  if (parked?.state === 'waiting') {
    const { reason, error, attempts } = parked
    const facts = [
      { label: 'reason', value: reason },
      { label: 'error', value: error },
      { label: 'attempts', value: attempts }
    ]
    const at = parked.parked_at.getTime()
    return stage(known, { ...draft, state: 'parked', words: `parked: ${reason}`, at, facts })
  }
  if (parked?.state === 'skipped')
    return stage(known, {
      ...draft,
      state: 'skipped',
      words: 'skipped for good by a person',
      at: parked.parked_at.getTime(),
      facts: [{ label: 'note', value: parked.note }]
    })
  const facts = [
    { label: 'consumer', value: consumer },
    { label: 'message id', value: messageId(record.value) }
  ]
  if (settledAt !== undefined) {
    const attempts = parked?.attempts
    const words = attempts === undefined ? 'its inbox row is written' : `applied after ${attempts} attempts and a retry`
    return stage(known, { ...draft, state: 'done', words, at: settledAt.getTime(), facts })
  }
  if (message.away)
    return stage(known, { ...draft, state: 'unknown', words: cannotAsk("the consumer's database", message) })
  if (delivery.value !== undefined)
    return stage(known, { ...draft, state: 'done', words: 'handled; its inbox row is gone or was never kept', facts })
  if (record.value === undefined) return stage(known, { ...draft, state: 'waiting', words: 'waits for the record' })
  return stage(known, { ...draft, state: 'waiting', words: `waits for ${consumer}`, facts })
}

function written(known: Known): Stage {
  const { delivery } = known
  const parked = known.message.value?.parked
  const draft = { id: 'delivered', title: 'Delivered' } as const
  if (delivery.value !== undefined) {
    const facts = factsOf(delivery.value)
    return stage(known, { ...draft, state: 'done', words: 'its row is written', at: delivery.value.at, facts })
  }
  if (delivery.away)
    return stage(known, { ...draft, state: 'unknown', words: cannotAsk("the consumer's database", delivery) })
  if (parked?.state === 'skipped') return stage(known, { ...draft, state: 'skipped', words: 'will not be written' })
  const words = parked?.state === 'waiting' ? 'waits for a person: retry or skip' : 'waits for its handler'
  return stage(known, { ...draft, state: 'waiting', words })
}

function cannotAsk(part: string, { away }: Asked<unknown>): string {
  return away === 'silent' ? `${part} does not answer` : `${part} is not configured`
}

type Parked = NonNullable<MessageState['parked']>

function parkedHere({ id, consumer }: Known, parked: Parked): ParkedHere {
  const { reason, error, attempts, behind, retryRequestedAt } = parked
  const times = { parkedAt: parked.parked_at.getTime(), retryAskedAt: retryRequestedAt?.getTime() ?? null }
  return { consumer, key: String(id), reason, error, attempts, behind, ...times }
}

function factsOf({ columns }: Row): Stage['facts'] {
  return Object.entries(columns)
    .slice(0, 8)
    .map(([label, value]) => ({ label, value: plain(value) }))
}

function messageId(record: ShownRecord | undefined): string | null {
  return record?.headers.find(({ name }) => name === 'message_id')?.value ?? null
}

function plain(value: unknown): string | number | null {
  if (value === null || typeof value === 'number' || typeof value === 'string') return value
  return JSON.stringify(value)
}
