import { OutboxError } from '../errors.ts'
import type { StoreName } from './store.ts'

/** Answers the rows of a query: knex and mysql2 differ in how they do. */
export type ReadRows = (sql: string) => Promise<readonly Record<string, unknown>[]>

const question = `SELECT ENGINE AS engine, CREATE_OPTIONS AS options FROM information_schema.TABLES
  WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'outbox'`

/** Refuses a table of another store: rows would pile up where they should go, or go where they should stay. */
export async function requireTable(store: StoreName, read: ReadRows): Promise<void> {
  const [table] = await read(question)
  if (table === undefined)
    throw new OutboxError('STORE_MISMATCH', 'This database has no table outbox: createOutboxTables makes it')
  const actual = storeOf(String(table['engine']), String(table['options']))
  if (actual !== store)
    throw new OutboxError('STORE_MISMATCH', `The store is ${store}, but the table outbox was made for ${actual}`)
}

function storeOf(engine: string, options: string): StoreName | `the engine ${string}` {
  if (engine === 'BLACKHOLE') return 'blackhole'
  if (engine !== 'InnoDB') return `the engine ${engine}`
  return options.includes('partitioned') ? 'keep' : 'delete'
}
