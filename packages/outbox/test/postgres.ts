import { noPostgres } from '@outbox-cdc/stack'
import { uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import knex, { type Knex } from 'knex'
import { onTestFinished } from 'vitest'

export { noPostgres }

if (noPostgres !== undefined) console.log(`· skipped: ${noPostgres}`)

/** A new empty database for one test, in UTF8 or another encoding, on the PostgreSQL that all int tests of a run share. */
export async function usePostgres(encoding = 'UTF8'): Promise<Knex> {
  const { postgres } = useStack()
  if (postgres === undefined) throw new Error(noPostgres)
  const { host, port, password } = postgres
  const name = uniqueName('test')
  const connectTo = (database: string) =>
    knex({
      client: 'pg',
      connection: { host, port, user: 'postgres', password, database },
      pool: { min: 0, max: 20 }
    })
  const admin = connectTo('postgres')
  await admin.raw(`CREATE DATABASE ?? ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`, [name])
  const db = connectTo(name)
  onTestFinished(async () => {
    await db.destroy()
    await admin.raw('DROP DATABASE ?? WITH (FORCE)', [name])
    await admin.destroy()
  })
  return db
}
