import { mysqlOptions } from '@outbox-cdc/outbox/security'
import knex, { type Knex } from 'knex'
import { explainConnections } from './explain.ts'

type MigrateOptions = {
  readonly url: string
  readonly directory: string
  readonly report: (sentence: string) => void
  /** Migrations get this as `knex.userParams`. */
  readonly params?: Readonly<Record<string, unknown>>
}

/** Brings the schema up to date. A repeat changes nothing, two runs take turns, and a killed run can be repeated. */
export async function migrate({ url, directory, report, params = {} }: MigrateOptions): Promise<void> {
  const db = knex({
    client: 'mysql2',
    connection: mysqlOptions(url),
    pool: { min: 0, max: 3 },
    migrations: { directory, loadExtensions: ['.ts'] }
  })
  explainConnections(db, url)
  db.userParams = { ...params }
  try {
    await db.transaction(lock => inTurn(lock, () => latest(db, report)))
  } finally {
    await db.destroy()
  }
}

// Knex's own lock is a row that outlives a killed process. This lock ends with its connection, and its holder may free
// that row.
async function inTurn(lock: Knex, work: () => Promise<void>): Promise<void> {
  const [[answer]] = await lock.raw(`SELECT GET_LOCK(CONCAT('migrate.', DATABASE()), 120) AS held`)
  if (answer.held !== 1) throw new Error('Another migration has been running for two minutes')
  await work()
}

async function latest(db: Knex, report: (sentence: string) => void): Promise<void> {
  await db.migrate.forceFreeMigrationsLock()
  const started = performance.now()
  const [, done]: [number, string[]] = await db.migrate.latest()
  const ms = Math.round(performance.now() - started)
  for (const file of done) report(`migrated ${file.replace(/^.*\//, '')}`)
  report(done.length === 0 ? 'schema is up to date, nothing to do' : `${done.length} migrations done in ${ms} ms`)
}
