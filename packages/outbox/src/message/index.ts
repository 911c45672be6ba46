import { asciiJson, fieldsOf, type OutboxStore, type PendingEvent, type Statement } from '../stores/store.ts'

/**
 * For `createOutbox({ store })` on PostgreSQL: writes no row, but a message into the WAL, in one statement. The database says by
 * the comment of its publication which kind of ids the connector reads; see `createOutboxTables`.
 */
export const messageStore: OutboxStore = { name: 'message', insert: emitStatement }

// Without an open transaction a message would be published at once. Only an open one has an id before this statement.
const emit = `SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NOT NULL THEN
    pg_logical_emit_message(true, 'outbox', content || to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"}')
  END::text AS position FROM (VALUES`

function emitStatement(events: readonly PendingEvent[]): Statement {
  const rows = events.map(() => '(?::text)').join(', ')
  return { sql: `${emit} ${rows}) AS event (content)`, values: events.map(contentOf) }
}

/** All but the time, which the database adds. Every field must be there, and nothing but ASCII: see docs/postgresql.md. */
function contentOf(event: PendingEvent): string {
  return `${asciiJson(JSON.stringify(fieldsOf(event))).slice(0, -1)},"created_at":"`
}
