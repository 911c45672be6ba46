import type { MessageState } from '@outbox-cdc/outbox'
import type { Journey, Stage } from '../api/pipeline-schemas.ts'
import { capturedAt, headerOf, keyText, type StoredRecord } from '../kafka/decode-record.ts'
import { showRecord } from '../kafka/show-record.ts'
import type { Row } from '../database/tables.ts'
import { idText, lsnText, ms } from '../page/format.js'
import type { Engine } from '../database/open-database.ts'
import { newGtids } from './log-track.ts'
import { labelOf } from './list-aggregates.ts'
import type { Asked, AggregateReadings } from './read-aggregate.ts'

type Draft = Pick<Stage, 'state' | 'words'> & {
  readonly at?: number | undefined
  readonly facts?: Readonly<Record<string, string | number | null>>
}

const stages = [
  ['committed', ({ name }: Engine) => `Committed in ${name}`, committed],
  ['log', ({ log }: Engine) => `In the ${log}`, inLog],
  ['kafka', () => 'In Kafka', inKafka],
  ['handled', () => 'Handled', handled],
  ['delivered', () => 'Delivered', written]
] as const

/** The stages of an event's way that can be seen, each with its time, the milliseconds since the commit, and the facts behind it. */
export function buildJourney(known: AggregateReadings): Journey {
  const { id, committedAt, record } = known
  const header = (name: string) => (record.value && headerOf(record.value, name)) ?? null
  const { delivery, message } = known
  const delivered = delivery.value !== undefined
  const parked = message.value?.parked
  // Without a table to look into, what the consumer handled has arrived.
  const arrived = delivered || (delivery.away === 'not configured' && message.value?.settledAt !== undefined)
  return {
    id,
    found: known.row.value !== undefined || record.value !== undefined || delivered,
    finished: arrived || parked?.state === 'skipped',
    traceId: header('traceparent')?.split('-')[1] ?? null,
    correlationId: header('correlation_id'),
    actor: header('actor'),
    stages: stages.flatMap(([name, title, draft]) => {
      const drafted = draft(known)
      if (drafted === undefined) return []
      const { state, words, at = null, facts = {} } = drafted
      const sinceCommit = at === null || committedAt === undefined ? null : Math.max(0, at - committedAt)
      const listed = Object.entries(facts).map(([label, value]) => ({ label, value }))
      return [{ id: name, title: title(known.engine), state, words, at, sinceCommit, facts: listed }]
    }),
    record: record.value ? showRecord(record.value) : null,
    parked: parked?.state === 'waiting' ? parkedHere(known, parked) : null
  }
}

const waiting = (words: string): Draft => ({ state: 'waiting', words })

/** A column of a time may be NULL. */
const whenUnknown = (at: number | undefined) => (at === undefined ? '; when is not known' : '')

/** A part that is not configured has no stage. */
function cannotAsk(part: string, { away }: Asked<unknown>): Draft | undefined {
  return away === 'silent' ? { state: 'unknown', words: `${part} does not answer` } : undefined
}

function committed({ id, noun, row, record, committedAt, engine }: AggregateReadings): Draft | undefined {
  const { value } = row
  if (value !== undefined) {
    const words = `${labelOf(value.columns)}${whenUnknown(committedAt)}`
    return { state: 'done', words, at: committedAt, facts: factsOf(value) }
  }
  if (record.value !== undefined)
    return { state: 'done', words: 'its event is in Kafka, so it was committed', at: committedAt }
  return row.away ? cannotAsk(engine.name, row) : waiting(`there is no ${noun} ${idText(id)}`)
}

function inLog({ row, record, around, engine }: AggregateReadings): Draft | undefined {
  if (row.value === undefined && record.value === undefined) return waiting('waits for the commit')
  const exact = record.value && placeIn(record.value)
  if (exact !== undefined) {
    const words = 'written with the commit; the time is when Debezium read it'
    return { state: 'done', words, ...exact }
  }
  if (around === undefined)
    return {
      state: 'done',
      words: `written with the commit; its place is not known: the record has no ${engine.log} headers, and the console was not running then`
    }
  const { from, to } = around
  const between = `${from.text} and ${to.file === undefined || to.file !== from.file ? to.text : to.position}`
  const words = 'written with the commit; its place lies between two readings, a second apart'
  return { state: 'done', words, facts: { between, GTID: newGtids(from.gtids, to.gtids) ?? null } }
}

/** The connector writes the place as headers, under our names or under Debezium's own. */
function placeIn(record: StoredRecord): Pick<Draft, 'at' | 'facts'> | undefined {
  const one = (pattern: RegExp) => record.headers.find(([name]) => pattern.test(name))?.[1] ?? null
  const [file, position] = [one(/^(binlog_file|_*source_file)$/), one(/^(binlog_pos|_*source_pos)$/)]
  const lsn = one(/^(lsn|_*source_lsn)$/)
  if (lsn !== null) {
    const facts = { LSN: /^\d+$/.test(lsn) ? lsnText(lsn) : lsn, transaction: one(/^(tx_id|_*source_txId)$/) }
    return { at: capturedAt(record), facts }
  }
  if (file === null || position === null) return undefined
  return { at: capturedAt(record), facts: { file, position, GTID: one(/^(gtid|_*source_gtid)$/) } }
}

function inKafka({ record, row, topic, committedAt, delivery }: AggregateReadings): Draft | undefined {
  if (record.value !== undefined) {
    const { partition, offset, timestamp: at } = record.value
    const words = `partition ${partition}, offset ${offset}`
    const key = keyText(record.value)
    const aggregate = headerOf(record.value, 'aggregate') ?? null
    const facts = { topic, partition, offset, aggregate, key: key && idText(key) }
    return { state: 'done', words, at: at ?? undefined, facts }
  }
  if (record.away) return cannotAsk('Kafka', record)
  const words = 'the topic no longer has it, or it is too far back to search'
  if (delivery.value !== undefined) return { state: 'unknown', words }
  if (row.value === undefined) return waiting('waits for the commit')
  const age = committedAt === undefined ? '' : `, for ${ms(Math.max(0, Date.now() - committedAt))} now`
  return waiting(`waits for Debezium${age}`)
}

function handled({ message, messageId, record, consumer, delivery }: AggregateReadings): Draft | undefined {
  const { settledAt, parked } = message.value ?? {}
  const parkedAt = parked?.parked_at.getTime()
  if (parked?.state === 'waiting') {
    const { reason, error, attempts } = parked
    return { state: 'parked', words: `parked: ${reason}`, at: parkedAt, facts: { reason, error, attempts } }
  }
  if (parked?.state === 'skipped')
    return { state: 'skipped', words: 'skipped for good by a person', at: parkedAt, facts: { note: parked.note } }
  const facts = { consumer, 'message id': messageId ?? null }
  if (settledAt !== undefined) {
    const attempts = parked?.attempts
    const words = attempts === undefined ? 'its inbox row is written' : `applied after ${attempts} attempts and a retry`
    return { state: 'done', words, at: settledAt.getTime(), facts }
  }
  if (message.away) return cannotAsk("the consumer's database", message)
  if (delivery.value !== undefined)
    return { state: 'done', words: 'handled; its inbox row is gone or was never kept', facts }
  return record.value === undefined ? waiting('waits for the record') : { ...waiting(`waits for ${consumer}`), facts }
}

function written({ delivery, message }: AggregateReadings): Draft | undefined {
  const { value } = delivery
  if (value !== undefined) {
    const words = `its row is written${whenUnknown(value.at)}`
    return { state: 'done', words, at: value.at, facts: factsOf(value) }
  }
  if (delivery.away) return cannotAsk("the consumer's database", delivery)
  const state = message.value?.parked?.state
  if (state === 'skipped') return { state, words: 'will not be written' }
  return waiting(state === 'waiting' ? 'waits for a person: retry or skip' : 'waits for its handler')
}

type Parked = NonNullable<MessageState['parked']>

function parkedHere({ consumer }: AggregateReadings, parked: Parked): Journey['parked'] {
  const { event_key: key, reason, error, behind, retryRequestedAt } = parked
  return { consumer, key, reason, error, behind, retryAskedAt: retryRequestedAt?.getTime() ?? null }
}

function factsOf({ columns }: Row): Draft['facts'] & object {
  const shown = Object.entries(columns).slice(0, 8)
  return Object.fromEntries(
    shown.map(([label, value]) => [
      label,
      value === null || typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value)
    ])
  )
}
