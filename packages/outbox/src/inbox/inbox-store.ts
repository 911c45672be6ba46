import type { Knex } from 'knex'

/** Some of these messages were handled before, by us or by another member of the group. */
export class AlreadyClaimedError extends Error {
  readonly retryable = true
  readonly messageIds: readonly string[]

  constructor(messageIds: readonly string[], cause: unknown) {
    super('Some messages are in the inbox already', { cause })
    this.name = 'AlreadyClaimedError'
    this.messageIds = messageIds
  }
}

/**
 * Writes the inbox rows of these messages in one plain INSERT: all or none. Whoever else holds one of them makes us
 * wait for the end of his transaction. A plain INSERT, so that no error but the duplicate key can look like a duplicate.
 */
export async function claim(trx: Knex.Transaction, consumer: string, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return
  const rows = messageIds.map(() => '(?, ?)').join(', ')
  const values = messageIds.flatMap(id => [consumer, id])
  try {
    await trx.raw(`INSERT INTO inbox (consumer, message_id) VALUES ${rows}`, values)
  } catch (error) {
    throw isDuplicateKey(error) ? new AlreadyClaimedError(messageIds, error) : error
  }
}

/** Which of these messages this consumer has settled: handled or parked, committed. */
export async function settledAmong(db: Knex, consumer: string, messageIds: readonly string[]): Promise<Set<string>> {
  const rows = await db('inbox')
    .select<{ message_id: string }[]>('message_id')
    .where({ consumer })
    .whereIn('message_id', messageIds)
  return new Set(rows.map(row => row.message_id))
}

function isDuplicateKey(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ER_DUP_ENTRY' || code === '23505'
}
