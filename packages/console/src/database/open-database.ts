import { createMysql, createPostgres, type Logger } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'

/** What the page calls a database, and the log from which Debezium reads it. */
export type Engine = { readonly name: string; readonly log: string }

/** The engine of a URL; without a URL it isn't known. */
export function engineOf(url: string | undefined): Engine {
  if (url === undefined) return { name: 'the database', log: 'log' }
  return url.startsWith('mysql:') ? { name: 'MySQL', log: 'binlog' } : { name: 'PostgreSQL', log: 'WAL' }
}

export const isPostgres = (db: Knex): boolean => db.client.dialect === 'postgresql'

type Options = { readonly url: string; readonly logger: Logger; readonly readOnly: boolean }

/** A small pool that fails fast: the page says what doesn't answer. */
export function openDatabase(options: Options): Knex {
  const open = options.url.startsWith('mysql:') ? createMysql : createPostgres
  return open({ ...options, name: 'console', poolSize: 4, failFast: true })
}
