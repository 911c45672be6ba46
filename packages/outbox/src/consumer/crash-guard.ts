import type { Knex } from 'knex'

export type Place = { readonly consumer: string; readonly topic: string; readonly partition: number }

/** What was being settled when the process died, and how often it was begun since it last ended. */
export type Suspect = { readonly from: bigint; readonly to: bigint; readonly started: number }

export type CrashGuard = {
  /** What was begun here and never ended: somebody died of it, or while at it. */
  suspect(): Promise<Suspect | undefined>
  /** Notes that the range is begun, in a transaction of its own, and forgets it when `work` ends, well or badly. */
  around<T>(range: { from: bigint; to: bigint }, work: () => Promise<T>): Promise<T>
  forget(): Promise<void>
}

/**
 * Finds the event that kills the process. Two small transactions for each use, so it watches only where a crash must
 * show: over the first records after a partition was assigned, which after a crash are those it happened in.
 */
export function createCrashGuard(db: Knex, { consumer, topic, partition }: Place): CrashGuard {
  const place = { consumer, topic, partition_no: partition }
  const forget = async () => void (await db('inbox_attempt').where(place).delete())

  async function suspect(): Promise<Suspect | undefined> {
    const row: AttemptRow | undefined = await db('inbox_attempt').where(place).first()
    return row && { from: BigInt(row.from_offset), to: BigInt(row.to_offset), started: row.started }
  }

  return {
    suspect,
    forget,
    async around({ from, to }, work) {
      const before = await suspect()
      const started = before?.from === from && before.to === to ? before.started + 1 : 1
      await db('inbox_attempt')
        .insert({ ...place, from_offset: String(from), to_offset: String(to), started })
        .onConflict(['consumer', 'topic', 'partition_no'])
        .merge(['from_offset', 'to_offset', 'started'])
      try {
        return await work()
      } finally {
        // If even this fails, the next start finds a suspect too many and takes its events one by one: no harm.
        await forget().catch(() => undefined)
      }
    }
  }
}

type AttemptRow = { from_offset: string | number; to_offset: string | number; started: number }
