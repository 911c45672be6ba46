import { createLogger } from '@outbox-cdc/service-kit'
import { createPostgres, noPostgres, urlOf } from '@outbox-cdc/test-support/use-postgres'
import { sql } from 'drizzle-orm'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from './database.ts'

it.skipIf(noPostgres !== undefined)('outlives a connection that breaks while a transaction has it', async () => {
  const { db: other, drop } = await createPostgres()
  onTestFinished(drop)
  const { db, close } = openDatabase(urlOf(other), createLogger('reception', 'silent'))
  onTestFinished(close)
  const broken = db.transaction(async trx => {
    const { rows } = await trx.execute(sql`SELECT pg_backend_pid() AS pid`)
    await other.raw('SELECT pg_terminate_backend(?)', [rows[0]?.['pid'] as number])
    // Without a query under way, the connection's own error has to be heard.
    await expect
      .poll(() =>
        trx.execute(sql`SELECT 1`).then(
          () => 'works',
          () => 'broken'
        )
      )
      .toBe('broken')
    throw new Error('broken')
  })
  await expect(broken).rejects.toThrow()
  expect((await db.execute(sql`SELECT 1 AS one`)).rows).toEqual([{ one: 1 }])
})
