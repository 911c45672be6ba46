import type { Knex } from 'knex'
import { callsWaiting } from './take-turn.ts'

type Limited = { readonly connection: object; readonly seconds: number; giveBackSoon?: NodeJS.Timeout }

const limitedOf = new WeakMap<object, Limited[]>()

// Under load the next transaction comes well within this time. Without load a connection is missed for so long.
const keptMs = 25

/**
 * Runs `use` on a connection of MySQL that the server closes after so long without a statement. Other users of the pool
 * get the connection with its own limit. Only a call that follows soon gets it as it is: to set the limit takes a round
 * trip, and so does giving it back.
 */
export async function withIdleLimit<T>(db: Knex, idleMs: number, use: (connection: object) => Promise<T>): Promise<T> {
  const seconds = Math.max(1, Math.ceil(idleMs / 1_000))
  const kept = limitedOf.get(db.client) ?? []
  limitedOf.set(db.client, kept)
  const at = kept.findIndex(limited => limited.seconds === seconds)
  const limited = kept.splice(at, at < 0 ? 0 : 1)[0] ?? (await limit(db, seconds))
  clearTimeout(limited.giveBackSoon)
  try {
    const result = await use(limited.connection)
    kept.push(limited)
    limited.giveBackSoon = setTimeout(
      () => {
        kept.splice(kept.indexOf(limited), 1)
        // By then the pool may be gone.
        void giveBack(db, limited).catch(() => undefined)
      },
      callsWaiting(db) > 0 ? 0 : keptMs
    )
    return result
  } catch (error) {
    await giveBack(db, limited)
    throw error
  }
}

const set = (db: Knex, connection: object, sql: string) => db.client.query(connection, { sql: `SET ${sql}` })

async function limit(db: Knex, seconds: number): Promise<Limited> {
  const limited = { connection: (await db.client.acquireConnection()) as object, seconds }
  try {
    await set(
      db,
      limited.connection,
      `@outbox_wait_timeout = @@SESSION.wait_timeout, SESSION wait_timeout = ${seconds}`
    )
    return limited
  } catch (error) {
    await giveBack(db, limited)
    throw error
  }
}

async function giveBack(db: Knex, { connection }: Limited): Promise<void> {
  await set(db, connection, 'SESSION wait_timeout = @outbox_wait_timeout').catch(() => undefined)
  await db.client.releaseConnection(connection)
}
