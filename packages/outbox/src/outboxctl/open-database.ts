import knex, { type Knex } from 'knex'
import { CommandError } from './edge.ts'

/** Opens a `mysql://` or `postgres://` URL, runs `work`, and closes it. Times are UTC in both. */
export async function withDatabase<T>(url: string, work: (db: Knex) => Promise<T>): Promise<T> {
  // The error says what knex would log.
  const log = { warn() {}, error() {}, deprecate() {}, debug() {} }
  const db = knex({ ...configOf(url), log })
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

type Session = { query: (sql: string, done: (error: Error | null) => void) => void }

function configOf(text: string): Knex.Config {
  const url = URL.parse(text)
  // An error of `new URL` would print the text, including the password.
  if (url === null) throw new CommandError('The database must be a URL such as mysql://user:password@host:3306/name')
  const pool = { min: 0, max: 2 }
  if (/^postgres(ql)?:$/.test(url.protocol)) return { client: 'pg', connection: text, pool }
  if (url.protocol !== 'mysql:') throw new CommandError(`Not a mysql:// or postgres:// URL: ${url.protocol}//…`)
  url.searchParams.set('timezone', 'Z')
  // Services use ssl=true; the driver needs an object.
  if (url.searchParams.get('ssl') === 'true') url.searchParams.set('ssl', '{}')
  const afterCreate = (connection: Session, done: (error: Error | null) => void) =>
    connection.query("SET time_zone = '+00:00'", done)
  return { client: 'mysql2', connection: url.href, pool: { ...pool, afterCreate } }
}
