import { describe, expect, it } from 'vitest'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { inboxContract, inboxOn } from '../../test/inbox-contract.ts'
import { noPostgres, usePostgres } from '../../test/postgres.ts'
import { createInboxTables, dropInboxTables, pruneInbox, requireInboxTables } from '../index.ts'

const databases = [
  ['MySQL', async () => (await useDatabase('inbox')).db],
  ...(noPostgres === undefined ? ([['PostgreSQL', usePostgres]] as const) : [])
] as const

for (const [name, useDb] of databases) inboxContract(`on ${name}`, async () => inboxOn(await useDb()))

describe.each(databases)('the inbox tables on %s', (_, useDb) => {
  it('come and go, also in the transaction of a migration', async () => {
    const db = await useDb()
    await createInboxTables(db)
    await dropInboxTables(db)
    await db.transaction(trx => createInboxTables(trx))
    await requireInboxTables(db)
  })

  it('are missed by name, and a repeat adds what an older version lacks', async () => {
    const db = await useDb()
    const missing = { code: 'INBOX_MISSING', message: expect.stringContaining('The table inbox is missing') }
    await expect(requireInboxTables(db)).rejects.toMatchObject(missing)
    await createInboxTables(db)
    await requireInboxTables(db)
    await db.schema.alterTable('inbox_attempt', table => table.dropColumn('message_id'))
    await expect(requireInboxTables(db)).rejects.toThrow('The table inbox_attempt')
    await createInboxTables(db)
    await requireInboxTables(db)
  })

  it('lose what is old enough, of the one consumer, in small batches', async () => {
    const db = await useDb()
    await createInboxTables(db)
    const day = 86_400_000
    const rows = (consumer: string, ages: readonly number[]) =>
      ages.map((age, index) => ({ consumer, message_id: `m${index}`, handled_at: new Date(Date.now() - age * day) }))
    await db('inbox').insert(rows('a', [9, 8, 8, 8, 7, 3, 0]))
    await db('inbox').insert(rows('b', [9]))
    expect(await pruneInbox(db, { consumer: 'a', olderThanMs: Infinity })).toBe(0)
    expect(await pruneInbox(db, { consumer: 'a', olderThanMs: 7.5 * day, batchSize: 3 })).toBe(4)
    const left = await db('inbox').select('consumer', 'message_id').orderBy('message_id').orderBy('consumer')
    expect(left.map(({ consumer, message_id: id }) => `${consumer} ${id}`)).toEqual(['b m0', 'a m4', 'a m5', 'a m6'])
  })

  it('are pruned without a wait for the handlers that are at work, however few rows there are', async () => {
    const db = await useDb()
    await createInboxTables(db)
    const old = Array.from({ length: 25 }, (_, index) => ({
      consumer: 'a',
      message_id: `m${index}`,
      handled_at: new Date(Date.now() - 9 * 86_400_000)
    }))
    await db('inbox').insert(old)
    const handler = await db.transaction()
    await handler('inbox').insert([
      { consumer: 'a', message_id: 'a new one' },
      { consumer: 'a', message_id: 'm10 and a half' }
    ])
    expect(await pruneInbox(db, { consumer: 'a', olderThanMs: 86_400_000 })).toBe(25)
    await handler.commit()
    expect(await db('inbox')).toHaveLength(2)
  })
})
