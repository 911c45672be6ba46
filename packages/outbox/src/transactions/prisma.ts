import { asError, OutboxError } from '../errors.ts'
import { numbered, type OpenTransaction, type SqlDialect } from './open-transaction.ts'

/** The part of Prisma's transaction client that is used. */
export type PrismaTransactionClient = {
  $queryRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<unknown>
  $executeRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<number>
}

/** The client that Prisma's `prisma.$transaction(async tx => …)` gives; it doesn't say which SQL its database understands. */
export function prismaTransaction(tx: PrismaTransactionClient, dialect: SqlDialect): OpenTransaction {
  // Since Prisma 7 a transaction's client has $transaction, too, for nested ones.
  if ('$connect' in tx)
    throw new OutboxError(
      'TRANSACTION_REQUIRED',
      'Got a plain Prisma client: append within prisma.$transaction(async tx => …)'
    )
  async function run(sql: string, values: readonly unknown[]) {
    const text = dialect === 'mysql' ? sql : numbered(sql)
    if (!/^\s*(SELECT|SHOW)|\bRETURNING\b/.test(sql))
      return { rows: [], affectedRows: await tx.$executeRawUnsafe(text, ...values) }
    const rows = (await tx.$queryRawUnsafe(text, ...values)) as Record<string, unknown>[]
    return { rows, affectedRows: rows.length }
  }
  return {
    dialect,
    // Prisma hides the connection, so each transaction is checked.
    connection: () => tx,
    run: (sql, values) => run(sql, values).catch(rethrow)
  }
}

// Prisma gives MySQL's number instead of its name. 45013 is of its driver: connection closed. P1017 and P2034 are its own.
const names: Readonly<Record<string, string>> = {
  1205: 'ER_LOCK_WAIT_TIMEOUT',
  1213: 'ER_LOCK_DEADLOCK',
  1305: 'ER_SP_DOES_NOT_EXIST',
  45_013: 'ECONNRESET',
  P1017: 'ECONNRESET',
  P2034: '40001'
}

/** Prisma wraps the database's error in one of its own, and its code in the text. */
function rethrow(thrown: unknown): never {
  const cause = asError(thrown)
  const own = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
  const code = /Code: `(\w+)`/.exec(cause.message)?.[1] ?? own
  if (code === undefined) throw cause
  throw Object.assign(new Error(cause.message.trim(), { cause }), { code: names[code] ?? code })
}
