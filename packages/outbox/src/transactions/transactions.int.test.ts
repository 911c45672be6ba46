import { describe, it } from 'vitest'
import { noPostgres } from '../../test/postgres.ts'
import { onMysql, onPostgres, useTransactions } from '../../test/transactions-under-test.ts'
import { transactionContract } from '../testing/index.ts'

describe.each(onMysql)('a transaction of %s on MySQL', library => {
  it.each(transactionContract)('$name', async ({ run }) => run(await useTransactions(library, 'MySQL')))
})

describe.skipIf(noPostgres !== undefined).each(onPostgres)('a transaction of %s on PostgreSQL', library => {
  it.each(transactionContract)('$name', async ({ run }) => run(await useTransactions(library, 'PostgreSQL')))
})
