import { isLockConflict } from '@outbox-cdc/outbox/database-errors'
import { mysqlOptions, postgresOptions } from '@outbox-cdc/outbox/security'
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
  const engine = url.startsWith('mysql:') ? mysql : postgres
  const db = knex({
    client: engine.client,
    connection: engine.options(url),
    pool: { min: 0, max: 3 },
    migrations: { directory, loadExtensions: ['.ts'] }
  })
  explainConnections(db, url)
  db.userParams = { ...params }
  try {
    await db.transaction(lock =>
      inTurn(
        () => engine.hold(lock),
        () => latest(db, report)
      )
    )
  } finally {
    await db.destroy()
  }
}

const mysql = {
  client: 'mysql2',
  options: mysqlOptions,
  async hold(lock: Knex) {
    const [[answer]] = await lock.raw(`SELECT GET_LOCK(CONCAT('migrate.', DATABASE()), 120) AS held`)
    return answer.held === 1
  }
}

const postgres = {
  client: 'pg',
  options: postgresOptions,
  async hold(lock: Knex) {
    await lock.raw("SET LOCAL lock_timeout = '120s'")
    const held = lock.raw("SELECT pg_advisory_xact_lock(hashtext('migrate'))")
    return held.then(
      () => true,
      (error: unknown) => {
        if (isLockConflict(error)) return false
        throw error
      }
    )
  }
}

// Knex's own lock is a row that outlives a killed process. This lock ends with its connection, and its holder may free
// that row.
async function inTurn(hold: () => Promise<boolean>, work: () => Promise<void>): Promise<void> {
  if (!(await hold())) throw new Error('Another migration has been running for two minutes')
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
