import type { Knex } from 'knex'
import type { Logger } from './logger.ts'

/** The longest wait for a connection. With `usualSilenceMs` under five seconds: so long a request waits for its 503. */
export const waitMs = 2000
/** The longest time that a database may take for an answer, by default. */
export const usualSilenceMs = 2500

/** What a pool of connections to MySQL or PostgreSQL is made of. */
export type PoolOptions = {
  readonly url: string
  readonly name: string
  /** Gets a line when the database can't be reached and when it is back. */
  readonly logger?: Logger
  readonly poolSize?: number
  /** Reports at once that the database cannot be reached, instead of trying again until the wait is over. */
  readonly failFast?: boolean
  /** Lets its sessions write nothing. */
  readonly readOnly?: boolean
  /** The longest time for an answer, in milliseconds; 2,500 by default. Work that reads whole tables needs more. */
  readonly silenceMs?: number
}

type Limits<Connection> = {
  readonly size: number
  /** Reports at once that the database cannot be reached, instead of trying again until the wait is over. */
  readonly failFast: boolean
  readonly logger?: Logger | undefined
  /** Prepares each new connection. */
  readonly prepare: (connection: Connection, done: (error: Error | null) => void) => void
}

/** The part of knex's settings that bounds each wait, and sends knex's own lines to the debug log. */
export function poolLimits<Connection>({ size, failFast, logger, prepare }: Limits<Connection>) {
  const quiet = (message: unknown) => logger?.debug({ knex: message }, 'knex log')
  return {
    acquireConnectionTimeout: waitMs,
    log: { warn: quiet, error: quiet, deprecate: quiet, debug: quiet },
    pool: {
      min: 0,
      max: size,
      createTimeoutMillis: waitMs,
      destroyTimeoutMillis: 500,
      // Without this the pool keeps trying to connect, so clients don't notice a short restart of the database.
      propagateCreateError: failFast,
      afterCreate(connection: Connection, done: (error: Error | null, connection: Connection) => void) {
        prepare(connection, error => done(error, connection))
      }
    }
  } satisfies Partial<Knex.Config>
}
