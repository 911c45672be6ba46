import { isLockConflict } from '@outbox-cdc/outbox'
import { type BoundStatement, sql } from '@outbox-cdc/outbox/one-trip'
import type { Knex } from 'knex'

type KeyErrorCode = 'KEY_IN_USE' | 'KEY_REUSED'

export class KeyError extends Error {
  readonly code: KeyErrorCode

  constructor(code: KeyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

type First = { readonly fingerprint: Buffer; readonly result: string }
type Claim = { readonly key: string; readonly fingerprint: Buffer; readonly ttlSeconds: number }

/**
 * Takes the key for this transaction. Fails with `ER_DUP_ENTRY` if a request had it before, and with
 * `ER_LOCK_WAIT_TIMEOUT` if one that still runs keeps it for a second.
 */
export function claimKey({ key, fingerprint, ttlSeconds }: Claim): BoundStatement {
  return sql`INSERT INTO idempotency_key (id, fingerprint, result, expires_at)
    VALUES (${key}, ${fingerprint}, '', NOW(6) + INTERVAL ${ttlSeconds} SECOND)`
}

/** Keeps the JSON of `{ id, ...result }`, with the id that the statement before it generated. */
export function saveResult(key: string, result: object): BoundStatement {
  const afterId = `,${JSON.stringify(result).slice(1)}`
  return sql`UPDATE idempotency_key SET result = CONCAT('{"id":', LAST_INSERT_ID(), ${afterId}) WHERE id = ${key}`
}

/** The result of the request that had the key. Undefined if the key is free, because it has expired. */
export async function findKey(db: Knex, key: string): Promise<First | undefined> {
  // NOWAIT: a locked row belongs to a request that still runs. SHARE: repeats don't block one another.
  const query = `SELECT fingerprint, result, expires_at <= NOW(6) AS expired FROM idempotency_key WHERE id = ? FOR SHARE NOWAIT`
  const [[row]] = await inUseIfLocked(db.raw(query, [key]))
  if (row?.expired !== 1) return row
  await inUseIfLocked(db.raw('DELETE FROM idempotency_key WHERE id = ? AND expires_at <= NOW(6)', [key]))
  return undefined
}

async function inUseIfLocked<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query
  } catch (cause) {
    if (!isLockConflict(cause)) throw cause
    throw inUse(cause)
  }
}

export const inUse = (cause: unknown) =>
  new KeyError('KEY_IN_USE', 'A request with this Idempotency-Key is still running', { cause })

/** Deletes expired keys in small batches, so that no request waits for their locks. Returns how many. */
export async function pruneKeys(db: Knex, limit: number): Promise<number> {
  // Reads without a lock and deletes by key: a range delete would wait for the rows of running requests.
  const expired: { id: Buffer }[] = await db('idempotency_key')
    .select('id')
    .whereRaw('expires_at <= NOW(6)')
    .limit(limit)
  if (expired.length === 0) return 0
  const [{ affectedRows }] = await db.raw(
    `DELETE idempotency_key FROM (VALUES ${expired.map(() => 'ROW(?)').join(', ')}) AS old (id)
     STRAIGHT_JOIN idempotency_key FORCE INDEX (PRIMARY) ON idempotency_key.id = old.id
     WHERE idempotency_key.expires_at <= NOW(6)`,
    expired.map(({ id }) => id)
  )
  return affectedRows
}
