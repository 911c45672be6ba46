import { createHash } from 'node:crypto'
import { isLockConflict } from '@outbox-cdc/outbox'
import type { BoundStatement } from '@outbox-cdc/outbox/one-trip'
import type { Knex } from 'knex'
import { claimKey, findKey, inUse, KeyError, saveResult } from './key-store.ts'

type Request = {
  /** Without a key, nothing is saved. */
  readonly key: string | undefined
  /** The data that must be the same in a repeat. */
  readonly content: unknown
}
/** What belongs into the transaction of the first request, before and after the INSERT whose id is part of the result. */
type Once = {
  readonly claim: readonly BoundStatement[]
  readonly save: (resultWithoutId: object) => readonly BoundStatement[]
}
export type OncePerKey = <Result>(request: Request, commit: (once: Once) => Promise<Result>) => Promise<Result>

const withoutKey: Once = { claim: [], save: () => [] }

/**
 * Commits once for each key: a repeat gets the first result. The key is a row of the same transaction, so a crash leaves
 * both or neither. MySQL refuses a second row, and only then the first one is looked at. While a request has the key, every
 * replica refuses the others with KEY_IN_USE, after a second at most.
 */
export function createOncePerKey({ db, ttlSeconds }: { readonly db: Knex; readonly ttlSeconds: number }): OncePerKey {
  return async function oncePerKey<Result>(
    { key, content }: Request,
    commit: (once: Once) => Promise<Result>
  ): Promise<Result> {
    if (key === undefined) return commit(withoutKey)
    const fingerprint = createHash('sha256').update(JSON.stringify(content)).digest()
    const once: Once = {
      claim: [claimKey({ key, fingerprint, ttlSeconds })],
      save: result => [saveResult(key, result)]
    }
    try {
      return await commit(once)
    } catch (error) {
      const first = await firstWith(key, error)
      if (first !== undefined && !first.fingerprint.equals(fingerprint))
        throw new KeyError('KEY_REUSED', 'This Idempotency-Key was used with another body')
      if (first !== undefined) return JSON.parse(first.result) as Result
    }
    return commit(once).catch((error: unknown) => {
      throw isTaken(error) ? inUse(error) : error
    })
  }

  /** What the request came to that took the key; undefined once the key has expired. Throws any other error. */
  async function firstWith(key: string, error: unknown) {
    if (!isTaken(error) && !isLockConflict(causeOf(error))) throw error
    const first = await findKey(db, key)
    // The transaction waited for something else.
    if (first === undefined && !isTaken(error)) throw error
    return first
  }
}

const causeOf = (error: unknown) => (error instanceof Error ? error.cause : undefined)

function isTaken(error: unknown): boolean {
  const cause = causeOf(error)
  return cause instanceof Error && 'code' in cause && cause.code === 'ER_DUP_ENTRY'
}
