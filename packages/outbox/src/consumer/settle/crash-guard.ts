import type { Knex } from 'knex'
import type { Refusal } from '../../parking/parked-event.ts'
import { plain } from '../../plain-knex.ts'

export type Place = { readonly consumer: string; readonly topic: string; readonly partition: number }
/** Offsets, and the message at the first of them: a topic that was made again has other messages at the same offsets. */
export type Range = { readonly from: bigint; readonly to: bigint; readonly first: string }

/** What was being settled when the process died, and how often that was started since it last ended. */
export type Suspect = Range & { readonly started: number }

export type CrashGuard = ReturnType<typeof createCrashGuard>

/**
 * Finds the event that kills the process. Each use takes two small transactions, so it watches only where a crash shows:
 * at the first records after a partition was assigned, and at retries of parked events.
 */
export function createCrashGuard(db: Knex, { consumer, topic, partition }: Place) {
  const place = { consumer, topic, partition_no: partition }
  const forget = async () => void (await plain(db)('inbox_attempt').where(place).delete())

  /** What was started here and never ended. */
  async function suspect(): Promise<Suspect | undefined> {
    const row: AttemptRow | undefined = await plain(db)('inbox_attempt').where(place).first()
    if (row === undefined) return undefined
    const range = { from: BigInt(row.from_offset), to: BigInt(row.to_offset), first: row.message_id ?? '' }
    return { ...range, started: row.started }
  }

  return {
    suspect,
    forget,
    /** Runs `work`, noting before it, in a transaction of its own, that the range is started, and after it that it ended. */
    async watch<T>({ from, to, first }: Range, work: () => Promise<T>): Promise<T> {
      const before = await suspect()
      const started = before?.from === from && before.to === to && before.first === first ? before.started + 1 : 1
      await plain(db)('inbox_attempt')
        .insert({ ...place, from_offset: String(from), to_offset: String(to), message_id: first, started })
        .onConflict(['consumer', 'topic', 'partition_no'])
        .merge(['from_offset', 'to_offset', 'message_id', 'started'])
      try {
        return await work()
      } finally {
        // If this fails too, the next start finds a false suspect and takes its events one by one: slow, but harmless.
        await forget().catch(() => undefined)
      }
    }
  }
}

type AttemptRow = {
  readonly from_offset: string | number
  readonly to_offset: string | number
  readonly message_id: string | null
  readonly started: number
}

export function crashLoop(deaths: number): Refusal {
  return { reason: 'CRASH_LOOP', error: new Error(`The process died ${deaths} times while it handled this event`) }
}
