import type { Knex } from 'knex'
import { AlreadyClaimedError, claim } from './inbox-store.ts'
import { unbroken } from './unbroken.ts'

/** What remembers which messages were handled; the real one and the one for unit tests pass one contract suite. */
export interface Inbox {
  /**
   * Runs `work` at most once in effect for each message id: what it writes through `trx` and the memory of it commit
   * together. When `work` throws, nothing is remembered. Two calls at once: one waits for the other.
   */
  readonly handleOnce: (
    messageId: string,
    work: (trx: Knex.Transaction) => Promise<void>
  ) => Promise<'handled' | 'duplicate'>
}

/** How often a claim is tried that InnoDB refuses as a deadlock: each time at least one of those who wait gets it. */
const mostClaims = 10

/**
 * When one who holds a key rolls back, InnoDB grants all who waited a shared lock on it, and each then waits for the
 * others: a deadlock of nothing but claims. Nothing has run yet, so trying again is safe.
 */
function isDeadlock(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ER_LOCK_DEADLOCK'
}

/** The inbox of one consumer in its database, for those who bring their own loop; `createConsumer` needs no such thing. */
export function createInbox(db: Knex, consumer: string): Inbox {
  return {
    async handleOnce(messageId, work) {
      for (let attempt = 1; ; attempt++) {
        let claimed = false
        try {
          await db.transaction(async trx => {
            await claim(trx, consumer, [messageId])
            claimed = true
            await unbroken(trx, () => work(trx))
          })
          return 'handled'
        } catch (error) {
          if (error instanceof AlreadyClaimedError && error.messageIds.includes(messageId)) return 'duplicate'
          if (claimed || attempt === mostClaims || !isDeadlock(error)) throw error
        }
      }
    }
  }
}
