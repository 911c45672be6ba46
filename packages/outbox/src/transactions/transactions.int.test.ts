import { afterAll, beforeAll, describe, it } from 'vitest'
import { noPostgres } from '../../test/postgres.ts'
import { onMysql, onPostgres, transactionsOf } from '../../test/transactions-under-test.ts'
import { useWatchedMysql, useWatchedPostgres, watchMessages } from '../../test/watched-databases.ts'
import { transactionContract } from '../testing/index.ts'

describe.each(onMysql)('a transaction of %s on MySQL', library => {
  it.each(transactionContract)('$name', async ({ run }) => run(transactionsOf(library, await useWatchedMysql())))
})

describe.skipIf(noPostgres !== undefined).each(onPostgres)('a transaction of %s on PostgreSQL', library => {
  it.each(transactionContract)('$name', async ({ run }) => run(transactionsOf(library, await useWatchedPostgres())))
})

describe.skipIf(noPostgres !== undefined)('with the store message', () => {
  let messages: Awaited<ReturnType<typeof watchMessages>>
  beforeAll(async () => void (messages = await watchMessages()))
  afterAll(() => messages?.drop())

  describe.each(onPostgres)('a transaction of %s', library => {
    it.each(transactionContract)('$name', ({ run }) => run(transactionsOf(library, messages)))
  })
})
