import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { claimKey, findKey, KeyError, saveResult } from './key-store.ts'

type Request = {
  /** Without a key, nothing is saved. */
  readonly key: string | undefined
  /** The data that must be the same in a repeat. */
  readonly content: unknown
}
export type OncePerKey = <Result>(
  trx: Knex.Transaction,
  request: Request,
  work: () => Promise<Result>
) => Promise<Result>

/**
 * Runs `work` once for each key: a repeat gets the first result. The key is written in the same transaction, so a crash
 * leaves both or neither. While one request has the key, every replica refuses the others with KEY_IN_USE.
 */
export function createOncePerKey({ ttlSeconds }: { readonly ttlSeconds: number }): OncePerKey {
  return async function oncePerKey<Result>(
    trx: Knex.Transaction,
    { key, content }: Request,
    work: () => Promise<Result>
  ): Promise<Result> {
    if (key === undefined) return work()
    const fingerprint = createHash('sha256').update(JSON.stringify(content)).digest()
    const first = (await findKey(trx, key)) ?? (await claimKey(trx, { key, fingerprint, ttlSeconds }))
    if (first !== undefined) {
      if (first.fingerprint.equals(fingerprint)) return JSON.parse(first.result) as Result
      throw new KeyError('KEY_REUSED', 'This Idempotency-Key was used with another body')
    }
    const result = await work()
    await saveResult(trx, key, JSON.stringify(result))
    return result
  }
}
