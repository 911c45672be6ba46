import type { Knex } from 'knex'
import { type ParkedRow, recordOfRow, type Refusal } from '../../parking/parked-event.ts'
import { withTexts } from '../../parking/parking-store.ts'
import { writeText } from '../../parking/write-text.ts'
import { plain } from '../../plain-knex.ts'
import { type Item, readEvent } from '../read/read-event.ts'
import { crashLoop, createCrashGuard } from './crash-guard.ts'
import type { Handling } from './handling.ts'
import { faultOf, refusalFor } from './retry-policy.ts'
import { settle, type Source } from './settle.ts'
import { checkVersions } from './versions.ts'

/**
 * Settles the first waiting event of the key whose retry was requested first. Resolves to true when there may be more to
 * do. Rejects when it failed for a passing reason; the other keys then come before this one is tried again. The key's row
 * stays locked until the commit: events that arrive meanwhile queue behind, or follow once the key is free.
 */
export async function retryParked(handling: Handling): Promise<boolean> {
  const { db, name: consumer } = handling
  const first = plain(db)('parked_event as e')
    .min('e.id')
    .where({ 'e.consumer': consumer, 'e.state': 'waiting' })
    .whereRaw('e.event_key = parked_key.event_key')
  const wanted: { event_key: string; first_id: string | number | null } | undefined = await plain(db)('parked_key')
    .where({ consumer })
    .whereNotNull('retry_requested_at')
    .orderBy('retry_requested_at')
    .first('event_key', first.as('first_id'))
  if (wanted === undefined) return false
  await retryKey(handling, wanted.event_key, BigInt(wanted.first_id ?? 0))
  return true
}

async function retryKey(handling: Handling, key: string, firstId: bigint): Promise<void> {
  const guard = createCrashGuard(handling.db, { consumer: handling.name, topic: `parked key ${key}`, partition: -1 })
  const suspect = await guard.suspect()
  const queue = parkedQueue(handling, key)
  try {
    if (suspect?.from === firstId && suspect.started >= handling.crashLimit) {
      await settle(handling, queue.source(crashLoop(suspect.started)))
      await guard.forget()
    } else await guard.watch({ from: firstId, to: firstId, first: key }, () => settle(handling, queue.source()))
  } catch (error) {
    if (!queue.hasTaken()) throw error
    try {
      if (faultOf(error) === 'passing') throw error
      await settle(handling, queue.source(refusalFor(error)))
    } catch (failure) {
      // The other keys come first. If this fails too, they keep their order, and the first error gives the reason.
      await queue.moveToEnd().catch(() => undefined)
      throw failure
    }
  }
}

// How far back in its queue a key's next version is searched.
const searched = 1_000

// As the database writes it. A driver's Date would come back as another time where its zone skips an hour in spring.
const requestedAt = 'CAST(retry_requested_at AS CHAR(40))'

function parkedQueue(handling: Handling, key: string) {
  const { db, name, onGap } = handling
  const place = { consumer: name, event_key: key }
  let taken: { readonly row: ParkedRow; readonly item: Item; readonly requested: string } | undefined
  const ourRequest = (knex: Knex) =>
    plain(knex)('parked_key')
      .where(place)
      .whereRaw(`${requestedAt} = ?`, [taken?.requested ?? ''])

  async function takeNext(trx: Knex.Transaction): Promise<void> {
    const locked: { requested: string } | undefined = await plain(trx)('parked_key')
      .where(place)
      .whereNotNull('retry_requested_at')
      .forUpdate()
      .first(trx.raw(`${requestedAt} AS requested`))
    if (locked === undefined) return
    const rows: ParkedRow[] = await plain(trx)('parked_event')
      .where({ ...place, state: 'waiting' })
      .orderBy('id')
      .limit(onGap === 'park' ? searched : 1)
    if (rows.length === 0) await plain(trx)('parked_key').where(place).delete()
    await handling.decoding.prepare?.(rows.map(recordOfRow))
    const waiting = rows.map(row => ({ row, item: itemOf(handling, row) }))
    const events = waiting.flatMap(({ item }) => ('event' in item ? [item.event] : []))
    const versions = await checkVersions(trx, handling, events)
    // Behind a gap, the event that fills its next part may be further back in the queue.
    const next = waiting.find(({ item }) => 'event' in item && versions.isNext(item.event)) ?? waiting[0]
    taken = next && { ...next, requested: locked.requested }
  }

  return {
    hasTaken: () => taken !== undefined,
    moveToEnd: async () => void (await ourRequest(db).update({ retry_requested_at: db.fn.now(3) })),
    /** The queue as a source of `settle`; with a refusal, the event that was taken is refused instead of handled. */
    source: (refusal?: Refusal): Source => ({
      async take(trx) {
        if (taken === undefined) await takeNext(trx)
        const items = taken === undefined ? [] : [refusal === undefined ? taken.item : { ...taken.item, refusal }]
        return { items, parkedKeys: new Map() }
      },
      async note(trx, [refused]) {
        if (taken === undefined) return
        const { id } = taken.row
        const update = (within: Knex, columns: object) =>
          plain(within)('parked_event').where({ id, state: 'waiting' }).update(columns)
        if (refused === undefined) return void (await update(trx, { state: 'applied', settled_at: trx.fn.now(3) }))
        const { reason, error } = refused.refusal
        const noted = { reason, error: error.message, stack: error.stack ?? '', attempts: trx.raw('attempts + 1') }
        // A request that came meanwhile, from a person or from the event that fills the gap, stays.
        await ourRequest(trx).update({ retry_requested_at: null, reason })
        await writeText(trx, (within, text) => update(within, withTexts(noted, text)))
      }
    })
  }
}

/**
 * An event without a handler is passed over where it never needed one. If it was parked by a consumer that had a handler
 * (another version of the service, or another one of the same name), passing over it would lose it.
 */
function itemOf(handling: Handling, row: ParkedRow): Item {
  const item = readEvent(handling, recordOfRow(row))
  // Where versions are checked, events without a handler are parked too.
  const neverHandled = ['UNKNOWN_EVENT', ...(handling.onGap === 'ignore' ? [] : versionReasons)]
  if (!('ignored' in item) || neverHandled.includes(row.reason)) return item
  const error = new Error(`This consumer has no handler for ${item.event.name}; the one that parked it had one`)
  return { ...item, refusal: { reason: 'REFUSED', error } }
}

const versionReasons = ['VERSION_GAP', 'VERSION_STALE', 'BEHIND']
