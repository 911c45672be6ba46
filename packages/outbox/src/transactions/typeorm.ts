import type { EntityManager } from 'typeorm'
import { OutboxError } from '../errors.ts'
import { mysqlAnswer, numbered, type OpenTransaction } from './open-transaction.ts'

/** The transaction of the manager that TypeORM's `dataSource.transaction(async manager => …)` gives. */
export function typeormTransaction({ queryRunner, dataSource }: EntityManager): OpenTransaction {
  if (queryRunner === undefined || !queryRunner.isTransactionActive)
    throw new OutboxError(
      'TRANSACTION_REQUIRED',
      'Got no transaction: append within dataSource.transaction(async manager => …)'
    )
  const isPostgres = dataSource.options.type === 'postgres'
  return {
    dialect: isPostgres ? 'postgresql' : 'mysql',
    connection: () => queryRunner.connect(),
    async run(sql, values) {
      // So TypeORM shows that PostgreSQL's connection was lost; the transaction can't be committed any more.
      if (queryRunner.isReleased && queryRunner.isTransactionActive)
        throw Object.assign(new Error("The transaction's connection was lost"), { code: 'ECONNRESET' })
      const text = isPostgres ? numbered(sql) : sql
      const { raw, records, affected } = await queryRunner.query(text, [...values], true)
      return isPostgres ? { rows: records, affectedRows: affected ?? 0 } : mysqlAnswer(raw)
    }
  }
}
