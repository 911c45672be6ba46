import type { Knex } from 'knex'
import { OutboxError } from '../errors.ts'
import { plain } from '../plain-knex.ts'
import type { PayloadColumn } from './payload.ts'
import type { StoreName } from './store.ts'

export const columnTypes: Readonly<Record<PayloadColumn, string>> = { json: 'JSON', bytes: 'MEDIUMBLOB' }

/** Runs a query and resolves to its rows, by knex or by mysql2. */
export type ReadRows = (sql: string) => Promise<readonly Record<string, unknown>[]>

const query = `SELECT ENGINE AS engine,
    (SELECT DATA_TYPE FROM information_schema.COLUMNS AS c
     WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME AND c.COLUMN_NAME = 'payload') AS payload
  FROM information_schema.TABLES AS t WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'outbox'`

type Expected = { readonly store: StoreName; readonly column?: PayloadColumn | undefined }

/**
 * Rejects a table of another store, where rows would pile up or be lost, and a payload of another type, which readers
 * couldn't read.
 */
export async function requireTable({ store, column = 'json' }: Expected, read: ReadRows): Promise<void> {
  const [table] = await read(query)
  if (table === undefined) throw mismatch('This database has no table outbox: create it with createOutboxTables')
  const actual = storeOf(String(table['engine']))
  if (actual !== store) throw mismatch(`The store is ${store}, but the table outbox was made for ${actual}`)
  const holds = table['payload'] === 'json' ? 'json' : 'bytes'
  if (holds === column) return
  throw mismatch(
    `The column payload of the table outbox holds ${holds}, but this outbox writes ${column}. To change it: ` +
      `ALTER TABLE outbox MODIFY payload ${columnTypes[column]} NOT NULL`
  )
}

const mismatch = (message: string) => new OutboxError('STORE_MISMATCH', message)

function storeOf(engine: string): StoreName | `the engine ${string}` {
  if (engine === 'BLACKHOLE') return 'blackhole'
  return engine === 'InnoDB' ? 'delete' : `the engine ${engine}`
}

export async function rowsOf<Row extends Record<string, unknown>>(knex: Knex, sql: string): Promise<readonly Row[]> {
  const answer: readonly (readonly Row[])[] = await plain(knex).raw(sql)
  return answer[0] ?? []
}
