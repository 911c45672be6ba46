import type { PayloadColumn } from '../encoding.ts'
import { OutboxError } from '../errors.ts'
import type { StoreName } from './store.ts'

export const columnTypes: Readonly<Record<PayloadColumn, string>> = { json: 'JSON', bytes: 'MEDIUMBLOB' }

/** Answers the rows of a query: knex and mysql2 differ in how they do. */
export type ReadRows = (sql: string) => Promise<readonly Record<string, unknown>[]>

const question = `SELECT ENGINE AS engine,
    (SELECT DATA_TYPE FROM information_schema.COLUMNS AS c
     WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME AND c.COLUMN_NAME = 'payload') AS payload
  FROM information_schema.TABLES AS t WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'outbox'`

type Wanted = { readonly store: StoreName; readonly column?: PayloadColumn | undefined }

/**
 * Refuses a table of another store: rows would pile up where they should go, or go where they should stay. Refuses a
 * payload of another kind: readers would take the one for the other.
 */
export async function requireTable({ store, column = 'json' }: Wanted, read: ReadRows): Promise<void> {
  const [table] = await read(question)
  if (table === undefined)
    throw new OutboxError('STORE_MISMATCH', 'This database has no table outbox: createOutboxTables makes it')
  const actual = storeOf(String(table['engine']))
  if (actual !== store)
    throw new OutboxError('STORE_MISMATCH', `The store is ${store}, but the table outbox was made for ${actual}`)
  const holds = table['payload'] === 'json' ? 'json' : 'bytes'
  if (holds === column) return
  throw new OutboxError(
    'STORE_MISMATCH',
    `The column payload of the table outbox holds ${holds}, and this outbox writes ${column}. To change over: ` +
      `ALTER TABLE outbox MODIFY payload ${columnTypes[column]} NOT NULL`
  )
}

function storeOf(engine: string): StoreName | `the engine ${string}` {
  if (engine === 'BLACKHOLE') return 'blackhole'
  return engine === 'InnoDB' ? 'delete' : `the engine ${engine}`
}
