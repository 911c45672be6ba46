import { createPostgres, noPostgres, urlOf } from '@outbox-cdc/test-support/use-postgres'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import type { Knex } from 'knex'
import { onTestFinished } from 'vitest'

export type TestEngine = {
  readonly name: 'MySQL' | 'PostgreSQL'
  /** The types of columns, as the engine calls them. */
  readonly text: string
  readonly time: string
  readonly localTime: string
  use(): Promise<{ readonly db: Knex; readonly url: string }>
  /** A time in UTC as a value for `time`. */
  at(db: Knex, utc: string): Knex.Raw
}

const mysql: TestEngine = {
  name: 'MySQL',
  text: 'VARCHAR(255) COLLATE utf8mb4_0900_bin',
  time: 'TIMESTAMP(6)',
  localTime: 'DATETIME(6)',
  use: () => useDatabase('console'),
  at: (db, utc) => db.raw(`CONVERT_TZ(?, '+00:00', @@time_zone)`, utc)
}

const postgres: TestEngine = {
  name: 'PostgreSQL',
  text: 'TEXT',
  time: 'TIMESTAMPTZ',
  localTime: 'TIMESTAMP',
  async use() {
    const { db, drop } = await createPostgres()
    onTestFinished(drop)
    return { db, url: urlOf(db) }
  },
  at: (db, utc) => db.raw('?::timestamptz', `${utc}Z`)
}

/** The databases that the console reads, in the shared stack. */
export const engines: readonly TestEngine[] = noPostgres === undefined ? [mysql, postgres] : [mysql]
