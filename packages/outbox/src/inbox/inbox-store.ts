import type { Knex } from 'knex'
import { codeOf, isLockConflict } from '../database-errors.ts'
import { plain } from '../plain-knex.ts'
import { knexTransaction } from '../transactions/open-transaction.ts'
import { rejectIfTransactionEnded, runTransaction, TransactionEndedError } from './transaction.ts'

/** Thrown by `claim`: this consumer has settled some of these messages before. */
export class AlreadyClaimedError extends Error {
  override readonly name = 'AlreadyClaimedError'
  readonly retryable = true
}

/**
 * Inserts the inbox rows of these messages, all or none. Waits for the end of any transaction that holds one of them. A
 * plain INSERT, so that only a duplicate key can look like a duplicate.
 */
export async function claim(trx: Knex.Transaction, consumer: string, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return
  const rows = messageIds.map(() => '(?, ?)').join(', ')
  const values = messageIds.flatMap(id => [consumer, id])
  try {
    await knexTransaction(trx).run(`INSERT INTO inbox (consumer, message_id) VALUES ${rows}`, values)
  } catch (error) {
    if (!duplicateKey.has(codeOf(error))) throw error
    throw new AlreadyClaimedError('Some messages are in the inbox already', { cause: error })
  }
}

/** Forgets messages whose claims a handler has committed in the middle of its work. A repeat changes nothing. */
export async function takeBackClaims(db: Knex, consumer: string, messageIds: readonly string[]): Promise<void> {
  for (const id of messageIds)
    await plain(db).raw('DELETE FROM inbox WHERE consumer = ? AND message_id = ?', [consumer, id])
}

const duplicateKey = new Set(['ER_DUP_ENTRY', '23505'])

/** Remembers which messages were handled. `createInbox` and the one for unit tests pass the same contract suite. */
export interface Inbox {
  /**
   * Runs `work` at most once in effect for each message id: what it writes through `trx` and the inbox row commit
   * together. A repeat resolves to `duplicate` and runs nothing. When `work` throws, nothing is remembered. Of two calls
   * at once, one waits for the other.
   */
  readonly handleOnce: (
    messageId: string,
    work: (trx: Knex.Transaction) => Promise<void>
  ) => Promise<'handled' | 'duplicate'>
}

// Each time at least one of the claims that wait for each other wins.
const mostClaims = 10

/** The inbox of one consumer in its database, for a message loop of your own. `createConsumer` has its own inbox. */
export function createInbox(db: Knex, consumer: string): Inbox {
  return {
    async handleOnce(messageId, work) {
      for (let attempt = 1; ; attempt++) {
        let claimed = false
        try {
          await runTransaction(db, async trx => {
            await claim(trx, consumer, [messageId])
            claimed = true
            await rejectIfTransactionEnded(trx, () => work(trx))
          })
          return 'handled'
        } catch (error) {
          if (error instanceof AlreadyClaimedError) return 'duplicate'
          if (error instanceof TransactionEndedError) await takeBackClaims(db, consumer, [messageId])
          // When the holder of an inbox row rolls back, InnoDB gives every waiting claim a shared lock on it, and they
          // then wait for each other. Nothing has run yet, so another try is safe.
          if (claimed || attempt === mostClaims || !isLockConflict(error)) throw error
        }
      }
    }
  }
}
