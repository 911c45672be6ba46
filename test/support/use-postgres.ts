import { noPostgres } from '@outbox-cdc/stack'
import knex, { type Knex } from 'knex'
import { onTestFinished } from 'vitest'
import { uniqueName, useStack } from './use-stack.ts'

export { noPostgres }

if (noPostgres !== undefined) console.log(`· skipped: ${noPostgres}`)

type TestPostgres = { readonly db: Knex; readonly name: string; readonly drop: () => Promise<void> }

/** A new empty database for one test, in UTF8 or another encoding, on the PostgreSQL that all int tests of a run share. */
export async function usePostgres(encoding = 'UTF8'): Promise<Knex> {
  const { db, drop } = await createPostgres(encoding)
  onTestFinished(drop)
  return db
}

/** The same for several tests. */
export async function createPostgres(encoding = 'UTF8'): Promise<TestPostgres> {
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
  return {
    db,
    name,
    async drop() {
      await db.destroy()
      // A slot can only be dropped when its last reader has left.
      await admin.raw(
        'SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE database = ? AND active',
        [name]
      )
      await admin.raw('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = ?', [name])
      await admin.raw('DROP DATABASE ?? WITH (FORCE)', [name])
      await admin.destroy()
    }
  }
}

/** The address of a test's database, for a library that connects by itself. */
export function urlOf(db: Knex): string {
  const { host, port, user, password, database } = db.client.config.connection
  return `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`
}

/** What a slot of pgoutput has held since the last call: rows and messages, in the order of their commits. */
export async function readWal(db: Knex, slot: string): Promise<readonly Buffer[]> {
  const options = "'proto_version', '1', 'publication_names', 'outbox', 'messages', 'true'"
  const { rows } = await db.raw(`SELECT data FROM pg_logical_slot_get_binary_changes(?, NULL, NULL, ${options})`, [
    slot
  ])
  return rows.map(({ data }: { data: Buffer }) => data)
}
