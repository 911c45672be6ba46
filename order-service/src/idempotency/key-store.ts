import { isLockConflict } from '@outbox-cdc/outbox'
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

/** The result of an earlier request with this key, if there is one that hasn't expired. */
export async function findKey(trx: Knex.Transaction, key: string): Promise<First | undefined> {
  // NOWAIT: a locked row belongs to a request that still runs. SHARE: repeats don't block one another.
  const sql = `SELECT fingerprint, result, expires_at <= NOW(6) AS expired FROM idempotency_key WHERE id = ? FOR SHARE NOWAIT`
  const [[row]] = await inUseIfLocked(trx.raw(sql, [key]))
  if (row?.expired !== 1) return row
  await inUseIfLocked(trx.raw('DELETE FROM idempotency_key WHERE id = ? AND expires_at <= NOW(6)', [key]))
  return undefined
}

/** Takes the key for this transaction, or returns the result of the request that took it a moment earlier. */
export async function claimKey(
  trx: Knex.Transaction,
  { key, fingerprint, ttlSeconds }: Claim
): Promise<First | undefined> {
  const row = { id: key, fingerprint, result: '', expires_at: trx.raw('NOW(6) + INTERVAL ? SECOND', [ttlSeconds]) }
  try {
    // Waits at most a second for a request that took the key after our read.
    await inUseIfLocked(trx('idempotency_key').insert(row))
    return undefined
  } catch (error) {
    if (codeOf(error) !== 'ER_DUP_ENTRY') throw error
    const first = await findKey(trx, key)
    if (first !== undefined) return first
    throw inUse(error)
  }
}

export async function saveResult(trx: Knex.Transaction, key: string, result: string): Promise<void> {
  await trx('idempotency_key').where({ id: key }).update({ result })
}

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

async function inUseIfLocked<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query
  } catch (cause) {
    if (!isLockConflict(cause)) throw cause
    throw inUse(cause)
  }
}

const inUse = (cause: unknown) =>
  new KeyError('KEY_IN_USE', 'A request with this Idempotency-Key is still running', { cause })

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
