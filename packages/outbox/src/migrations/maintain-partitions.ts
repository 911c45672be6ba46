import type { Knex } from 'knex'
import { OutboxError } from '../errors.ts'
import { dayAfter, laterPartition, partitionName, partitionsOf } from './partition-days.ts'

/** How many days the `keep` store holds, and how far one call may go. */
export type PartitionMaintenance = {
  /** Whole UTC days to keep before today; the rows of older days are dropped with their partitions. */
  readonly keepDays: number
  /** Days from now on that get a partition in advance: 7 by default. */
  readonly daysAhead?: number
  /** The most partitions that one call drops: 30 by default. */
  readonly mostDrops?: number
  /** How long to wait for the table's metadata lock, behind which writers queue: 2 seconds by default. */
  readonly lockWaitSeconds?: number
  readonly now?: Date
}

/** What one call of `maintainOutboxPartitions` did: the names of partitions, such as `d20261121`. */
export type MaintainedPartitions = {
  readonly added: readonly string[]
  readonly dropped: readonly string[]
  /** Old partitions that are left for the next call. */
  readonly left: number
}

/**
 * Keeps the table of the `keep` store to the last days: adds the partitions of the days to come, drops those that are
 * over. Drops by DDL, so no row event reaches the binlog. Call it daily; a repeat finds nothing to do. Rejects with
 * `MAINTENANCE_FAILED`, retryable, rather than hold up writers when a long transaction has the table, and with
 * `STORE_MISMATCH` for the table of another store.
 */
export async function maintainOutboxPartitions(
  knex: Knex,
  { keepDays, daysAhead = 7, mostDrops = 30, lockWaitSeconds = 2, now = new Date() }: PartitionMaintenance
): Promise<MaintainedPartitions> {
  const names = await partitionNames(knex)
  const added = missingDays(names, now, daysAhead)
  const oldest = partitionName(dayAfter(now, -keepDays))
  const over = names.filter(name => name < oldest)
  const dropped = over.slice(0, mostDrops)
  const statements: string[] = []
  if (added.length > 0)
    statements.push(`ALTER TABLE outbox REORGANIZE PARTITION later INTO (${[...added, laterPartition].join(', ')})`)
  if (dropped.length > 0) statements.push(`ALTER TABLE outbox DROP PARTITION ${dropped.join(', ')}`)
  await runWithLockTimeout(knex, statements, lockWaitSeconds)
  return { added: added.map(partition => partition.split(' ')[1] ?? ''), dropped, left: over.length - dropped.length }
}

/** The partitions by day, the oldest first, without `later`. */
async function partitionNames(knex: Knex): Promise<readonly string[]> {
  const names: readonly (string | null)[] = await knex('information_schema.PARTITIONS')
    .whereRaw("TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'outbox'")
    .orderBy('PARTITION_ORDINAL_POSITION')
    .pluck('PARTITION_NAME')
  if (!names.includes('later'))
    throw new OutboxError('STORE_MISMATCH', 'The table outbox has no partitions: it was not made for the store keep')
  return names.filter(name => name !== null && /^d\d{8}$/.test(name)).map(String)
}

function missingDays(names: readonly string[], now: Date, daysAhead: number): readonly string[] {
  const last = names.at(-1) ?? ''
  return partitionsOf(now, daysAhead + 1).filter(partition => (partition.split(' ')[1] ?? '') > last)
}

// ALTER TABLE waits for every transaction that has touched the table, and new writers wait behind it.
async function runWithLockTimeout(knex: Knex, statements: readonly string[], seconds: number): Promise<void> {
  if (statements.length === 0) return
  const connection: unknown = await knex.client.acquireConnection()
  const run = (sql: string) => knex.raw(sql).connection(connection as never)
  try {
    await run(`SET SESSION lock_wait_timeout = ${Math.max(1, Math.ceil(seconds))}`)
    for (const statement of statements) await run(statement)
  } catch (cause) {
    throw new OutboxError('MAINTENANCE_FAILED', 'The partitions of outbox were not changed', { cause })
  } finally {
    // On a connection that is lost it fails too: what it was lost in is the error that counts.
    await run('SET SESSION lock_wait_timeout = DEFAULT')
      .catch(() => undefined)
      .finally(() => knex.client.releaseConnection(connection))
  }
}
