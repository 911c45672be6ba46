import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { noPostgres, usePostgres } from '../../test/postgres.ts'
import { createInboxTables } from '../index.ts'
import { lockParkedKeys } from './parking-store.ts'

const databases = [
  ['MySQL', async () => (await useDatabase('parking')).db, 'SET SESSION innodb_lock_wait_timeout = 1'],
  ...(noPostgres === undefined ? ([['PostgreSQL', usePostgres, "SET LOCAL lock_timeout = '1s'"]] as const) : [])
] as const
const key = (number: number) => `${String.fromCharCode(97 + (number % 26))}${number}`

describe.each(databases)('parked keys on %s', (_, useDb, boundWait) => {
  it.each([2, 4, 30, 300])(
    'are locked without waiting for another key that is being retried (%i parked)',
    async count => {
      const db = await useDb()
      await createInboxTables(db)
      const parked = Array.from({ length: count }, (_each, number) => key(number))
      await db('parked_key').insert(parked.map(name => ({ consumer: 'c', event_key: name, reason: 'REFUSED' })))
      const [retried = '', ...others] = parked
      const retry = await db.transaction()
      await retry('parked_key').where({ consumer: 'c', event_key: retried }).forUpdate()
      try {
        const found = await db.transaction(async trx => {
          await trx.raw(boundWait)
          return lockParkedKeys(trx, 'c', [...others, 'free'])
        })
        expect([...found.keys()].sort()).toEqual([...others].sort())
      } finally {
        await retry.rollback()
      }
    }
  )

  it('wait for a retry of the same key, and are read again after it has released the key', async () => {
    const db = await useDb()
    await createInboxTables(db)
    await db('parked_key').insert({ consumer: 'c', event_key: 'a', reason: 'REFUSED' })
    const retry = await db.transaction()
    await retry('parked_key').where({ consumer: 'c', event_key: 'a' }).delete()
    const looked = db.transaction(trx => lockParkedKeys(trx, 'c', ['a']))
    expect(await Promise.race([looked, sleep(300, 'waits')])).toBe('waits')
    await retry.commit()
    await expect(looked).rejects.toMatchObject({ retryable: true })
    expect(await db.transaction(trx => lockParkedKeys(trx, 'c', ['a']))).toEqual(new Map())
  })
})
