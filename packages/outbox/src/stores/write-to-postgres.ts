import { OutboxError } from '../errors.ts'
import { type OpenTransaction, requireInTransaction, withoutTransaction } from '../transactions/open-transaction.ts'
import { requireIds, type TableFacts } from './check-connection.ts'
import { checkPostgres } from './check-postgres.ts'
import type { PayloadEncoding } from './payload.ts'
import {
  fieldsOf,
  hasActors,
  type OutboxStore,
  type PendingEvent,
  type StoreName,
  withoutActors,
  writeFailed
} from './store.ts'
import { alreadyEnded } from './write-to-mysql.ts'

type Write = (open: OpenTransaction, events: readonly PendingEvent[]) => Promise<void>

/** Writes events to PostgreSQL: as rows that are deleted at once, because Debezium reads the WAL, or as messages in it. */
export function createPostgresWriter(store: OutboxStore, encoding: PayloadEncoding | undefined): Write {
  const checked = new WeakMap<object, TableFacts>()
  const write = store.name === 'message' ? writeMessages(store) : writeRows

  async function tableOf(open: OpenTransaction): Promise<TableFacts> {
    const connection = await open.connection()
    const known = checked.get(connection)
    if (known !== undefined) return known
    const read = async (sql: string) => (await open.run(sql, [])).rows
    const facts = await checkPostgres({ store: store.name }, read).catch(writeFailed)
    checked.set(connection, facts)
    return facts
  }

  return async (open, events) => {
    requirePostgresStore(store.name, encoding?.column)
    const { ids, actors } = await tableOf(open)
    requireIds(events, ids)
    if (store.name !== 'message' && open.noticesEnd !== true) await requireInTransaction(open).catch(writeFailed)
    for (const part of splitForPostgres(actors ? events : withoutActors(events))) await write(open, part)
  }
}

/** Rejects what only MySQL has. */
export function requirePostgresStore(store: StoreName, payload: PayloadEncoding['column'] = 'json'): void {
  if (store !== 'blackhole' && payload === 'json') return
  throw new OutboxError('STORE_UNAVAILABLE', 'On PostgreSQL the store is delete or message, and payloads are JSON')
}

// PostgreSQL takes 65,535 values and 1 GiB in one statement.
const mostRows = 1_000
const mostCharacters = 16_000_000

/** Splits events, in their order, so that each part fits into one statement. */
export function splitForPostgres(events: readonly PendingEvent[]): readonly (readonly PendingEvent[])[] {
  const parts: PendingEvent[][] = []
  let characters = 0
  for (const event of events) {
    const part = parts.at(-1)
    characters += event.json.length
    if (part !== undefined && part.length < mostRows && characters <= mostCharacters) part.push(event)
    else {
      parts.push([event])
      characters = event.json.length
    }
  }
  return parts
}

function writeMessages(store: OutboxStore): Write {
  return async (open, events) => {
    const { sql, values } = store.insert(events)
    const emit = async () => {
      const { rows } = await open.run(sql, values)
      return rows.every(({ position }) => position !== null)
    }
    if (await emit().catch(writeFailed)) return
    // A transaction that has written nothing yet has no id until it asks for one; without a transaction it's gone at once.
    await open.run('SELECT pg_current_xact_id()::text AS transaction', []).catch(writeFailed)
    if (!(await emit().catch(writeFailed))) throw withoutTransaction()
  }
}

async function writeRows(open: OpenTransaction, events: readonly PendingEvent[]): Promise<void> {
  const rows = hasActors(events)
    ? events.map(event => ({ ...fieldsOf(event), actor: event.actor ?? null }))
    : events.map(fieldsOf)
  const names = Object.keys(rows[0] ?? {})
  const row = `(${names.map(() => '?').join(', ')})`
  const insert = `INSERT INTO outbox (${names.join(', ')}) VALUES ${rows.map(() => row).join(', ')}
    RETURNING id, pg_current_xact_id()::text AS transaction`
  const values = rows.flatMap(fields => Object.values(fields))
  const written = (await open.run(insert, values).catch(writeFailed)).rows
  const ids = written.map(({ id }) => String(id))
  const remove = `DELETE FROM outbox WHERE id IN (${ids.map(() => '?').join(', ')})
    RETURNING pg_current_xact_id()::text AS transaction`
  const removed = (await open.run(remove, ids).catch(writeFailed)).rows
  if (written[0]?.['transaction'] !== removed[0]?.['transaction']) throw alreadyEnded()
  if (removed.length !== events.length)
    throw new OutboxError('STORE_MISMATCH', `The table outbox accepted ${removed.length} of ${events.length} rows`)
}
