import { codeOf } from '../database-errors.ts'
import { type GeneratedId, generatedId, type OutboundEvent } from '../define-event.ts'
import { OutboxError } from '../errors.ts'
import type { SqlValue } from '../transactions/open-transaction.ts'

/** SQL text, and the values that are sent beside it as data. */
export type Statement = { readonly sql: string; readonly values: readonly SqlValue[] }

/** How events are written: as rows that are deleted at once or never stored, or as messages in PostgreSQL's WAL. */
export type StoreName = 'delete' | 'blackhole' | 'message'

/** An event to be written. In a one-trip write, MySQL may make its aggregate id in the same round trip. */
export type PendingEvent = (OutboundEvent | OutboundEvent<string, unknown, GeneratedId>) & {
  /** What the row holds instead of the JSON text, if the outbox has an encoding. */
  readonly bytes?: Buffer
}

/** A way of writing events, so that they appear in the binlog or in the WAL. */
export type OutboxStore = {
  readonly name: StoreName
  /** Publishes `events` in their order. */
  readonly insert: (events: readonly PendingEvent[]) => Statement
  /** Removes the `count` rows from `firstId` on; without `firstId`, from the id that the previous INSERT made. */
  readonly remove?: (count: number, firstId?: number) => Statement
}

/** The default: inserts the rows and deletes them in the same transaction. The binlog has them; the table stays empty. */
export const deleteStore: OutboxStore = { name: 'delete', insert: events => insertStatement(events), remove }

// By primary key: any other column takes gap locks and deadlocks under load. Several rows by a join, because for
// `id IN (…)` MySQL scans the nearly empty table, meets other writers' rows and deadlocks too. InnoDB numbers the rows
// of one INSERT … VALUES in even steps, whatever innodb_autoinc_lock_mode is.
function remove(count: number, firstId?: number): Statement {
  const first = firstId === undefined ? 'LAST_INSERT_ID()' : '?'
  const values = firstId === undefined ? [] : Array<number>(count).fill(firstId)
  if (count === 1) return { sql: `DELETE FROM outbox WHERE id = ${first}`, values }
  const ids = Array.from({ length: count }, (_, index) => `ROW(${first} + ${index} * @@auto_increment_increment)`)
  const written = `(VALUES ${ids.join(', ')}) AS written (id)`
  return { sql: `DELETE outbox FROM ${written} STRAIGHT_JOIN outbox ON outbox.id = written.id`, values }
}

/** The same JSON in ASCII: in another character set than utf8mb4 the connection would change the rest. */
export function asciiJson(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** In hexadecimal digits where it isn't ASCII, for the same reason. The columns hold utf8mb4. */
function unchanged(text: string | undefined): string | Buffer | null {
  return text === undefined || isAscii(text) ? (text ?? null) : Buffer.from(text)
}

export function isAscii(text: string): boolean {
  return !/[\u0080-\uffff]/.test(text)
}

/** What PostgreSQL gets of an event, by the names of the columns: all but the id and the time, which the database adds. */
export function fieldsOf(event: PendingEvent) {
  return {
    event: event.name,
    event_id: event.aggregateId as string | number,
    payload: event.json,
    message_id: event.messageId,
    aggregate: event.aggregate,
    aggregate_version: event.aggregateVersion ?? null,
    schema_version: event.schemaVersion,
    correlation_id: event.correlationId ?? null,
    causation_id: event.causationId ?? null,
    traceparent: event.traceparent ?? null,
    ...(event.actor !== undefined && { actor: event.actor })
  }
}

/** The events as a table holds them that was made before there was a column `actor`. */
export function withoutActors<Event extends PendingEvent>(events: readonly Event[]): readonly Event[] {
  return events.map(event => (event.actor === undefined ? event : { ...event, actor: undefined }))
}

// What MySQL gets. Nothing here depends on the character set of the connection.
const columns: Readonly<Record<string, (event: PendingEvent) => SqlValue>> = {
  event: event => event.name,
  payload: event => event.bytes ?? asciiJson(event.json),
  message_id: event => event.messageId,
  aggregate: event => event.aggregate,
  aggregate_version: event => event.aggregateVersion ?? null,
  schema_version: event => event.schemaVersion,
  correlation_id: event => unchanged(event.correlationId),
  causation_id: event => unchanged(event.causationId),
  traceparent: event => event.traceparent ?? null
}
// Named only if an event has an actor, because older tables lack the column.
const columnsWithActor: typeof columns = { ...columns, actor: event => unchanged(event.actor) }

/** One INSERT for all events: they reach the binlog, and Kafka, in this order. Without `ids` MySQL numbers the rows. */
export function insertStatement(events: readonly PendingEvent[], ids: readonly number[] = []): Statement {
  const id = ids.length === 0 ? ['', ''] : ['id, ', '?, ']
  const written = hasActors(events) ? columnsWithActor : columns
  const names = Object.keys(written)
  const placeholders = names.map(() => '?').join(', ')
  const rows = events.map(event => `(${id[1]}${aggregateIdOf(event)}, ${placeholders})`)
  return {
    sql: `INSERT INTO outbox (${id[0]}event_id, ${names.join(', ')}) VALUES ${rows.join(', ')}`,
    values: events.flatMap((event, index) => [...ids.slice(index, index + 1), ...valuesOf(event, written)])
  }
}

/** Holds the id that `generatedId` stands for; NULL when none was generated, and the column rejects NULL. */
export const generatedIdVariable = '@outbox_generated_id'

function aggregateIdOf(event: PendingEvent): string {
  return event.aggregateId === generatedId ? generatedIdVariable : '?'
}

export const hasActors = (events: readonly PendingEvent[]): boolean => events.some(({ actor }) => actor !== undefined)

function valuesOf(event: PendingEvent, written: typeof columns): readonly SqlValue[] {
  const values = Object.values(written).map(valueOf => valueOf(event))
  const { aggregateId: id } = event
  if (id === generatedId) return values
  return [typeof id === 'string' ? unchanged(id) : id, ...values]
}

// MySQL rejects this JSON, which JavaScript accepts.
const invalidJson = new Set(['ER_INVALID_JSON_TEXT', 'ER_JSON_DOCUMENT_TOO_DEEP'])

/** Throws a driver's error as one of the library; `retryable` follows from the error. */
export function writeFailed(cause: Error): never {
  if (cause instanceof OutboxError) throw cause
  const code = invalidJson.has(codeOf(cause)) ? 'EVENT_INVALID' : 'WRITE_FAILED'
  const noId = codeOf(cause) === 'ER_BAD_NULL_ERROR' && cause.message.includes("'event_id'")
  const reason = noId ? 'the statement of generatedId generated no id' : cause.message
  throw new OutboxError(code, `The outbox was not written: ${reason}`, { cause })
}
