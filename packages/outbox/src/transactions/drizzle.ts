import { is, type SQL, sql as drizzleSql } from 'drizzle-orm'
import { MySqlTransaction } from 'drizzle-orm/mysql-core'
import { PgTransaction } from 'drizzle-orm/pg-core'
import { OutboxError } from '../errors.ts'
import { mysqlAnswer, type OpenTransaction, type SqlAnswer, type SqlValue } from './open-transaction.ts'

type AnyDrizzle = { execute(query: SQL): PromiseLike<unknown> }

/** The transaction that Drizzle's `db.transaction(async tx => …)` gives, on mysql2, node-postgres, postgres.js or PGlite. */
export function drizzleTransaction(tx: AnyDrizzle): OpenTransaction {
  const isMysql = is(tx, MySqlTransaction)
  if (!isMysql && !is(tx, PgTransaction))
    throw new OutboxError(
      'TRANSACTION_REQUIRED',
      'Got no Drizzle transaction: append within db.transaction(async tx => …)'
    )
  return {
    dialect: isMysql ? 'mysql' : 'postgresql',
    connection: () => connectionOf(tx),
    async run(sql, values) {
      const answer = await (tx as AnyDrizzle).execute(queryOf(sql, values))
      return isMysql ? mysqlAnswer((answer as readonly unknown[])[0]) : postgresAnswer(answer)
    }
  }
}

/** Drizzle makes a session for each transaction; the connection under it stays. */
function connectionOf(tx: object): object {
  const { client = tx } = (tx as { session?: { client?: object } }).session ?? {}
  return 'connection' in client ? (client.connection as object) : client
}

function queryOf(text: string, values: readonly SqlValue[]): SQL {
  const [first = '', ...rest] = text.split('?')
  return drizzleSql.join([
    drizzleSql.raw(first),
    ...rest.flatMap((part, index) => [drizzleSql`${values[index]}`, drizzleSql.raw(part)])
  ])
}

/** node-postgres and PGlite answer with `rows`; postgres.js with the rows themselves and a `count`. */
function postgresAnswer(answer: unknown): SqlAnswer {
  if (Array.isArray(answer)) return { rows: answer, affectedRows: (answer as { count?: number }).count ?? 0 }
  const { rows, rowCount, affectedRows } = answer as PostgresResult
  return { rows, affectedRows: rowCount ?? affectedRows ?? 0 }
}

type PostgresResult = Pick<SqlAnswer, 'rows'> & { readonly rowCount?: number | null; readonly affectedRows?: number }
