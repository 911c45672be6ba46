import knex, { type Knex } from 'knex'
import { explainSecurity, mysqlOptions, postgresOptions } from '../security/index.ts'
import { CommandError } from './edge.ts'

/** Opens a `mysql://` or `postgres://` URL, runs `work`, and closes it. Times are UTC in both. */
export async function withDatabase<T>(url: string, work: (db: Knex) => Promise<T>): Promise<T> {
  // The error says what knex would log.
  const log = { warn() {}, error() {}, deprecate() {}, debug() {} }
  const { client, connection, session } = await configOf(url)
  const pool = {
    min: 0,
    max: 2,
    afterCreate: (raw: Session, done: (error: Error | null) => void) => raw.query(session, done)
  }
  const db = knex({ client, connection, pool, log })
  try {
    return await work(db)
  } catch (error) {
    const part = client === 'pg' ? 'PostgreSQL' : 'MySQL'
    const { host, port, user: principal } = connection
    const sentence = explainSecurity(error, { part, address: `${host}:${port}`, principal })
    throw sentence === undefined ? error : new CommandError(sentence)
  } finally {
    await db.destroy()
  }
}

type Session = { query: (sql: string, done: (error: Error | null) => void) => void }

export const isPostgresUrl = (url: string): boolean => /^postgres(ql)?:/.test(url)

async function configOf(url: string) {
  if (isPostgresUrl(url)) {
    const connection = { ...postgresOptions(url), types: await timesInUtc() }
    return { client: 'pg', connection, session: "SET TIME ZONE 'UTC'" }
  }
  // An error of `new URL` would print the text, including the password.
  const protocol = URL.parse(url)?.protocol
  if (protocol === undefined)
    throw new CommandError('The database must be a URL such as mysql://user:password@host:3306/name')
  if (protocol !== 'mysql:') throw new CommandError(`Not a mysql:// or postgres:// URL: ${protocol}//…`)
  // An id above 2^53 must stay exact.
  const connection = { ...mysqlOptions(url), timezone: 'Z', supportBigNumbers: true }
  return { client: 'mysql2', connection, session: "SET time_zone = '+00:00'" }
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
