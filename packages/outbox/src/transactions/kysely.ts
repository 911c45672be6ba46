import { CompiledQuery, MysqlAdapter, PostgresAdapter, type Transaction } from 'kysely'
import { OutboxError } from '../errors.ts'
import { numbered, type OpenTransaction, type SqlDialect } from './open-transaction.ts'

/** The transaction that Kysely's `db.transaction().execute(…)` or `startTransaction()` gives. */
export function kyselyTransaction<Database>(kysely: Transaction<Database>): OpenTransaction {
  const dialect = dialectOf(kysely)
  // Plugins such as CamelCasePlugin rename columns.
  const plain = kysely.withoutPlugins()
  return {
    dialect,
    // Kysely hides the connection, so each transaction is checked.
    connection: () => kysely,
    async run(sql, values) {
      const text = dialect === 'mysql' ? sql : numbered(sql)
      const { rows, numAffectedRows, insertId } = await plain.executeQuery(CompiledQuery.raw(text, [...values]))
      return {
        rows: rows as Record<string, unknown>[],
        affectedRows: Number(numAffectedRows ?? 0),
        insertId: insertId === undefined ? undefined : Number(insertId)
      }
    }
  }
}

function dialectOf<Database>(trx: Transaction<Database>): SqlDialect {
  if (!trx.isTransaction)
    throw new OutboxError(
      'TRANSACTION_REQUIRED',
      'Got a plain Kysely instance: append within db.transaction().execute(…)'
    )
  const { adapter } = trx.getExecutor()
  if (adapter instanceof MysqlAdapter) return 'mysql'
  if (adapter instanceof PostgresAdapter) return 'postgresql'
  throw new OutboxError('STORE_UNAVAILABLE', 'The outbox writes to MySQL and PostgreSQL only')
}
