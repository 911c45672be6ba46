import { OutboxError } from '../errors.ts'
import { numbered, type OpenTransaction, type SqlDialect } from './open-transaction.ts'

/** The part of Prisma's transaction client that is used. */
export type PrismaTransactionClient = {
  $queryRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<unknown>
  $executeRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<number>
}

/** The client that Prisma's `prisma.$transaction(async tx => …)` gives; it doesn't say which SQL its database understands. */
export function prismaTransaction(tx: PrismaTransactionClient, dialect: SqlDialect): OpenTransaction {
  if ('$transaction' in tx)
    throw new OutboxError(
      'TRANSACTION_REQUIRED',
      'Got a plain Prisma client: append within prisma.$transaction(async tx => …)'
    )
  return {
    dialect,
    // Prisma hides the connection, so each transaction is checked.
    connection: () => tx,
    async run(sql, values) {
      const text = dialect === 'mysql' ? sql : numbered(sql)
      if (!/^\s*SELECT|\bRETURNING\b/.test(sql))
        return { rows: [], affectedRows: await tx.$executeRawUnsafe(text, ...values) }
      const rows = (await tx.$queryRawUnsafe(text, ...values)) as Record<string, unknown>[]
      return { rows, affectedRows: rows.length }
    }
  }
}
