import knex, { type Knex } from 'knex'
import { CommandError } from './edge.ts'

/** Opens a `mysql://` or `postgres://` URL, runs `work`, and closes it. Times are UTC in both. */
export async function withDatabase<T>(url: string, work: (db: Knex) => Promise<T>): Promise<T> {
  // The error says what knex would log.
  const log = { warn() {}, error() {}, deprecate() {}, debug() {} }
  const db = knex({ ...(await configOf(url)), log })
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

type Session = { query: (sql: string, done: (error: Error | null) => void) => void }

export const isPostgresUrl = (url: string): boolean => /^postgres(ql)?:/.test(url)

async function configOf(text: string): Promise<Knex.Config> {
  const url = URL.parse(text)
  // An error of `new URL` would print the text, including the password.
  if (url === null) throw new CommandError('The database must be a URL such as mysql://user:password@host:3306/name')
  const poolAfter = (sql: string) => ({
    min: 0,
    max: 2,
    afterCreate: (connection: Session, done: (error: Error | null) => void) => connection.query(sql, done)
  })
  if (isPostgresUrl(url.protocol)) {
    const connection = { connectionString: text, types: await timesInUtc() }
    return { client: 'pg', connection, pool: poolAfter("SET TIME ZONE 'UTC'") }
  }
  if (url.protocol !== 'mysql:') throw new CommandError(`Not a mysql:// or postgres:// URL: ${url.protocol}//…`)
  url.searchParams.set('timezone', 'Z')
  // Services use ssl=true; the driver needs an object.
  if (url.searchParams.get('ssl') === 'true') url.searchParams.set('ssl', '{}')
  // An id above 2^53 must stay exact.
  url.searchParams.set('supportBigNumbers', 'true')
  return { client: 'mysql2', connection: url.href, pool: poolAfter("SET time_zone = '+00:00'") }
}

const timestampWithoutZone = 1114

/** pg would read a time without a zone in the zone of this process. */
async function timesInUtc() {
  const { types } = await import('pg')
  const inUtc = (text: string) => new Date(`${text.replace(' ', 'T')}Z`)
  return {
    getTypeParser: (oid: number, format?: string) =>
      oid === timestampWithoutZone ? inUtc : types.getTypeParser(oid, format === 'binary' ? format : 'text')
  }
}
