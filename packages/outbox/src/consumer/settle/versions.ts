import type { Knex } from 'knex'
import type { Refusal } from '../../parking/parked-event.ts'
import { plain } from '../../plain-knex.ts'
import { eventKey } from '../read/event-key.ts'
import type { ConsumedEvent } from '../read/handler.ts'
import type { Handling } from './handling.ts'

/** A version that doesn't follow the last one: some are missing before it, or it comes after its successors. */
export type VersionGap = { readonly event: ConsumedEvent; readonly last: number }

export type VersionCheck = Awaited<ReturnType<typeof checkVersions>>

/**
 * Compares the events' aggregate versions with the last ones that this consumer handled. The first event of an aggregate
 * may have any version: earlier ones may be older than the topic.
 */
export async function checkVersions(
  trx: Knex.Transaction,
  { name: consumer, onGap }: Pick<Handling, 'name' | 'onGap'>,
  events: readonly ConsumedEvent[]
) {
  const numbered = events.filter(event => event.aggregateVersion !== undefined)
  const last =
    onGap === 'ignore' || numbered.length === 0 ? new Map<string, number>() : await readLast(trx, consumer, numbered)
  const changed = new Map<string, object>()
  const gaps: VersionGap[] = []

  /** Notes the event as the aggregate's latest. Where gaps are parked, refuses an event that doesn't follow. */
  function check(event: ConsumedEvent): Refusal | undefined {
    const { aggregate = '', aggregateId, aggregateVersion: version } = event
    if (version === undefined || onGap === 'ignore') return undefined
    const key = keyOf(event)
    const before = last.get(key) ?? version - 1
    if (version !== before + 1) {
      gaps.push({ event, last: before })
      const error = new Error(`${aggregate} ${aggregateId} has version ${version} after ${before}`)
      if (onGap === 'park') return { reason: version > before ? 'VERSION_GAP' : 'VERSION_STALE', error }
    }
    if (version > before) {
      last.set(key, version)
      changed.set(key, { consumer, event_key: key, version })
    }
    return undefined
  }

  return {
    /** Whether the event is the very next of its aggregate: the one that fills a gap. */
    isNext(event: ConsumedEvent): boolean {
      const before = last.get(keyOf(event))
      return before !== undefined && event.aggregateVersion === before + 1
    },
    check,
    gaps,
    /** Writes the latest versions, in the events' own transaction. */
    async save(): Promise<void> {
      if (changed.size === 0) return
      const rows = [...changed.values()]
      await plain(trx)('inbox_aggregate').insert(rows).onConflict(['consumer', 'event_key']).merge(['version'])
    }
  }
}

type VersionRow = { readonly event_key: string; readonly version: number }

async function readLast(trx: Knex.Transaction, consumer: string, events: readonly ConsumedEvent[]) {
  const keys = [...new Set(events.map(keyOf))]
  const rows: VersionRow[] = await plain(trx)('inbox_aggregate').where({ consumer }).whereIn('event_key', keys)
  return new Map(rows.map(row => [row.event_key, row.version]))
}

const keyOf = ({ aggregate, aggregateId }: ConsumedEvent): string => eventKey(aggregate, aggregateId)
