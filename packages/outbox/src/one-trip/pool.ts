import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from 'mysql2'
import type { Pool, PoolConnection, PoolOptions, ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import { codeOf } from '../database-errors.ts'
import { asError, isRetryable, OutboxError } from '../errors.ts'
import type { Connected, ReadRows } from '../stores/check-connection.ts'
import { tooLarge } from '../stores/packets.ts'
import { type Statement, writeFailed } from '../stores/store.ts'
import { bytesOf } from './script-size.ts'

/** How long the one-trip outbox waits. Times are in milliseconds. */
export type OneTripBounds = {
  /**
   * For a free connection; 2,000 by default. A MySQL that is away is tried again until then, so that a short restart goes
   * unnoticed. Then `WRITE_FAILED`, retryable: nothing was sent.
   */
  readonly waitMs?: number
  /**
   * For the server's answer; 10,000 by default. Then the connection is cut: `COMMIT_UNKNOWN`. Lock waits end after half
   * of it, so that they fail with `WRITE_FAILED`, retryable.
   */
  readonly silenceMs?: number
}

// Strict mode, or MySQL would change values that it doesn't understand. Without NO_BACKSLASH_ESCAPES, because that mode
// makes the driver's escaping useless.
const sqlMode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'

type BoundedPool = Awaited<ReturnType<typeof openPool>>

type PoolNeeds = {
  readonly connection: string | PoolOptions
  readonly connections: number
  /** Checks each new connection before its first use. */
  readonly check: (read: ReadRows) => Promise<Connected>
} & Required<OneTripBounds>

/** A separate pool, because `multipleStatements` should be on nowhere else in a service. */
export async function openPool({ connection, connections, check, waitMs, silenceMs }: PoolNeeds) {
  const { createPool } = await import('mysql2/promise').catch((cause: unknown) => {
    const message = 'openOneTripOutbox needs the package mysql2: npm install mysql2'
    throw new OutboxError('STORE_UNAVAILABLE', message, { cause })
  })
  const pool = createPool({
    connectTimeout: waitMs,
    ...(typeof connection === 'string' ? { uri: connection } : connection),
    connectionLimit: connections,
    // Whatever the caller's connection options say.
    multipleStatements: true,
    stringifyObjects: true,
    namedPlaceholders: false,
    rowsAsArray: false,
    nestTables: false,
    typeCast: true,
    supportBigNumbers: false,
    bigNumberStrings: false,
    charset: 'utf8mb4',
    timezone: 'Z'
  })
  const cutAll = setUpEach(pool, Math.max(1, Math.floor(silenceMs / 2_000)))
  // A frozen server or a broken network: no answer comes, and no connection is closed.
  const silent = () => Object.assign(new Error(`MySQL was silent for ${silenceMs} ms`), { code: 'ETIMEDOUT' })
  const answered = <T>(answer: Promise<T>) => within(silenceMs, answer, silent)
  const checked = new WeakMap<object, Connected>()
  async function checkOnce(made: PoolConnection): Promise<Connected> {
    const known = checked.get(made.connection)
    if (known !== undefined) return known
    const read = async (sql: string) => (await answered(made.query<RowDataPacket[]>(sql)))[0]
    const connected = await check(read).catch((cause: Error) => {
      made.destroy()
      return writeFailed(cause)
    })
    checked.set(made.connection, connected)
    return connected
  }
  return {
    /** The server's answer, or an error with the code ETIMEDOUT after `silenceMs`. */
    answered,
    /** A connection within `waitMs`, or `WRITE_FAILED`. One that comes later goes back to the pool. */
    async acquire() {
      const acquired = await acquire(pool, waitMs)
      return { connection: acquired, ...(await checkOnce(acquired)) }
    },
    /** Closes the connections within `silenceMs`, and cuts those that don't answer. */
    close: () => answered(pool.end()).catch(cutAll)
  }
}

/** The result of `work`, or the error of `late()` when it takes longer; a later result is dropped. */
async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer))
}

/** Sets up each new connection; returns a function that cuts all open ones. */
function setUpEach(pool: Pool, lockWaitSeconds: number): () => void {
  const open = new Set<Connection>()
  const session =
    // Without gap locks, so that inserts of different keys never wait for each other.
    `SET SESSION sql_mode = '${sqlMode}', time_zone = '+00:00', transaction_isolation = 'READ-COMMITTED', ` +
    `innodb_lock_wait_timeout = ${lockWaitSeconds}, lock_wait_timeout = ${lockWaitSeconds}`
  pool.on('connection', made => {
    const created = made as unknown as Connection
    open.add(created)
    created.once('end', () => open.delete(created))
    // It is the connection's first command, because mysql2 sends them in order.
    created.query(session, error => {
      if (error !== null) created.destroy()
    })
  })
  return () => {
    for (const connection of open) connection.destroy()
  }
}

const againAfterMs = 100

/** Nothing was sent yet, so a MySQL that is away may be tried again. */
async function acquire(pool: Pool, waitMs: number): Promise<PoolConnection> {
  const end = performance.now() + waitMs
  for (;;) {
    try {
      return await acquireOnce(pool, waitMs, end - performance.now())
    } catch (error) {
      if (!isRetryable(error) || performance.now() + againAfterMs >= end) return writeFailed(error as Error)
      await sleep(againAfterMs)
    }
  }
}

async function acquireOnce(pool: Pool, waitMs: number, leftMs: number): Promise<PoolConnection> {
  const asked = pool.getConnection()
  const late = () => {
    void asked.then(connection => connection.release()).catch(() => undefined)
    const reason = `No connection within ${waitMs} ms: all are busy, or MySQL does not answer`
    return new OutboxError('WRITE_FAILED', reason, { retryable: true })
  }
  return within(leftMs, asked, late)
}

/** Sends all statements at once. The connection goes back to the pool without a transaction, or not at all. */
export async function runScript(
  pool: BoundedPool,
  statements: readonly Statement[]
): Promise<readonly ResultSetHeader[]> {
  const { connection, mostBytes } = await pool.acquire()
  const script = statements.map(({ sql }) => sql).join('\n;\n')
  const values = statements.flatMap(statement => statement.values)
  const bytes = bytesOf(script, values, { most: mostBytes, format: () => connection.format(script, values) })
  if (bytes > mostBytes) {
    connection.release()
    throw tooLarge('The round trip', bytes, mostBytes)
  }
  try {
    // The values beside the text, because traces show the text.
    const [results] = await pool.answered(connection.query<ResultSetHeader[]>({ sql: script, values: [...values] }))
    connection.release()
    return results
  } catch (error) {
    if (await rolledBack(pool, connection, error)) return writeFailed(error as Error)
    const message = `The transaction may or may not be committed: ${asError(error).message}`
    throw new OutboxError('COMMIT_UNKNOWN', message, { cause: error, retryable: false })
  }
}

/** Whether nothing can be committed: the server stops at the first failing statement, and the transaction stays open. */
async function rolledBack(pool: BoundedPool, connection: PoolConnection, error: unknown): Promise<boolean> {
  if (codeOf(error) !== 'ETIMEDOUT') {
    try {
      await pool.answered(connection.query('ROLLBACK'))
      connection.release()
      return true
    } catch {
      // The error of the script is the one that counts.
    }
  }
  connection.destroy()
  return wasNeverSent(error)
}

// mysql2 gives no code to the error that it makes before it sends anything: the connection died in the pool.
function wasNeverSent(error: unknown): boolean {
  return error instanceof Error && 'fatal' in error && error.fatal === true && codeOf(error) === ''
}
