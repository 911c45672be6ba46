import type { Knex } from 'knex'
import { codeOf } from '../database-errors.ts'
import { answersAsSent } from '../driver-answers.ts'
import { OutboxError } from '../errors.ts'

/** What may be bound to a statement: a scalar. The driver could turn anything else into SQL. */
export type SqlValue = string | number | boolean | Date | Buffer | null

/** The kind of SQL that a database understands. */
export type SqlDialect = 'mysql' | 'postgresql'

/** What a statement did. */
export type SqlAnswer = {
  /** Objects by column name; empty for a statement without a result. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly affectedRows: number
  /** MySQL's first AUTO_INCREMENT id of the statement. */
  readonly insertId?: number | undefined
  /** Whether the transaction was open after the statement, if the driver says so. */
  readonly inTransaction?: boolean | undefined
}

/**
 * An open transaction of any library: what the outbox needs to write through it. `outboxTransactionContract` of
 * `@outbox-cdc/outbox/testing` holds an implementation to it.
 */
export interface OpenTransaction {
  readonly dialect: SqlDialect
  /** The same object for the same connection, so that it is checked once. Rejects when the transaction has ended. */
  readonly connection: () => Promise<object> | object
  /** True if `run` notices by itself that the transaction has ended; else the outbox asks first, in two round trips. */
  readonly noticesEnd?: boolean
  /** Runs one statement inside the transaction. `?` stands for a value, which is sent as data. */
  readonly run: (sql: string, values: readonly SqlValue[]) => Promise<SqlAnswer>
}

/** What `append` takes: knex's transaction as it is, and those of other libraries by their adapter. */
export type AnyTransaction = Knex.Transaction | OpenTransaction

/** Rejects with `TRANSACTION_REQUIRED` what the types forbid but a cast or a forgotten await lets through. */
export function openTransactionOf(trx: AnyTransaction | null | undefined): OpenTransaction {
  if (typeof trx === 'object' && trx !== null && 'run' in trx) return trx
  requireOpenTransaction(trx)
  return knexTransaction(trx)
}

export function requireOpenTransaction(trx: AnyTransaction | null | undefined): asserts trx is Knex.Transaction {
  const reject = (what: string): never => {
    throw new OutboxError('TRANSACTION_REQUIRED', `Got ${what}: append within db.transaction(async trx => …)`)
  }
  if (typeof trx !== 'function') return reject('no transaction')
  if (!trx.isTransaction) return reject('a plain connection, not a transaction')
  if (trx.isCompleted()) reject('a transaction that has already ended')
}

type MysqlHeader = {
  readonly affectedRows?: number
  readonly insertId?: number | string
  readonly serverStatus?: number
}
const statusInTransaction = 1

/** What mysql2 answers: rows, or what a statement did. */
export function mysqlAnswer(result: unknown): SqlAnswer {
  if (Array.isArray(result)) return { rows: result, affectedRows: 0 }
  const { affectedRows = 0, insertId, serverStatus } = result as MysqlHeader
  const inTransaction = serverStatus === undefined ? undefined : (serverStatus & statusInTransaction) !== 0
  // With the driver option bigNumberStrings the id is text.
  return { rows: [], affectedRows, insertId: insertId === undefined ? undefined : Number(insertId), inTransaction }
}

/** The same with PostgreSQL's placeholders. The library's own statements hold no other question mark. */
export function numbered(sql: string): string {
  let count = 0
  return sql.replaceAll('?', () => `$${++count}`)
}

/** Not checked: a statement in a transaction that has ended fails as knex says it, so that the cause of the end counts. */
export function knexTransaction(trx: Knex.Transaction): OpenTransaction {
  const dialect = trx.client.dialect === 'postgresql' ? 'postgresql' : 'mysql'
  return {
    dialect,
    noticesEnd: true,
    connection: () => trx.client.acquireConnection(),
    async run(sql, values) {
      const connection = await trx.client.acquireConnection()
      // Knex's builder and runner would cost more CPU than the rest of the transaction. Its client refuses an ended
      // transaction too, tells the listeners of 'query', and applies no hook to names and answers.
      const sent = { sql, bindings: values, options: answersAsSent(connection) }
      const { response } = await trx.client.query(connection, sent)
      if (dialect === 'mysql') return mysqlAnswer(response[0])
      return { rows: response.rows, affectedRows: response.rowCount ?? 0 }
    }
  }
}

// MySQL: there is no such savepoint, because without a transaction SAVEPOINT does nothing. PostgreSQL: no transaction.
const notInTransaction = new Set(['ER_SP_DOES_NOT_EXIST', '25P01'])

/** Rejects with `TRANSACTION_REQUIRED` where the connection has no open transaction. Costs two round trips. */
export async function requireInTransaction({ run }: OpenTransaction): Promise<void> {
  try {
    await run('SAVEPOINT outbox_check', [])
    await run('RELEASE SAVEPOINT outbox_check', [])
  } catch (cause) {
    if (!notInTransaction.has(codeOf(cause))) throw cause
    throw withoutTransaction(cause)
  }
}

export function withoutTransaction(cause?: unknown): OutboxError {
  const message = 'This connection has no open transaction: the event would be published whatever becomes of the rest'
  return new OutboxError('TRANSACTION_REQUIRED', message, { cause })
}
