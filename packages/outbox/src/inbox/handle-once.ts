import type { Knex } from 'knex'
import { AlreadyClaimedError, claim } from './inbox-store.ts'

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

/** The inbox of one consumer in its database, for those who bring their own loop; `createConsumer` needs no such thing. */
export function createInbox(db: Knex, consumer: string): Inbox {
  return {
    async handleOnce(messageId, work) {
      try {
        await db.transaction(async trx => {
          await claim(trx, consumer, [messageId])
          await work(trx)
        })
        return 'handled'
      } catch (error) {
        if (error instanceof AlreadyClaimedError && error.messageIds.includes(messageId)) return 'duplicate'
        throw error
      }
    }
  }
}
