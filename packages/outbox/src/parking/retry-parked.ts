import type { Knex } from 'knex'
import type { ConsumerSetup } from '../consumer/consumer-setup.ts'
import { createCrashGuard } from '../consumer/crash-guard.ts'
import { type Prepared, prepare } from '../consumer/prepare.ts'
import type { ParkReason, Refusal } from '../consumer/read-envelope.ts'
import { faultOf } from '../consumer/retry-policy.ts'
import { checkVersions, type VersionCheck } from '../consumer/versions.ts'
import { boundIdle } from '../inbox/bound-idle.ts'
import { unbroken } from '../inbox/unbroken.ts'
import { errorColumns } from './parking-store.ts'
import { type ParkedRow, recordOfRow } from './parked-row.ts'

/**
 * Applies the first waiting event of one key whose retry was asked for. Answers whether there may be more to do; rejects
 * when it failed for a passing reason, and then the other keys have their turn before it is tried again. The key's row
 * stays locked until the commit: events that arrive meanwhile queue behind or, once the key is free, follow.
 */
export async function retryParked(setup: ConsumerSetup): Promise<boolean> {
  const wanted: { event_key: string } | undefined = await setup
    .db('parked_key')
    .where({ consumer: setup.name })
    .whereNotNull('retry_requested_at')
    .orderBy('retry_requested_at')
    .first('event_key')
  if (wanted === undefined) return false
  let tried: Tried | undefined
  try {
    await setup.db.transaction(async trx => {
      await boundIdle(trx, setup.idleTransactionMs)
      tried = await firstWaiting(trx, setup, wanted.event_key)
      if (tried !== undefined) await applyFirst(trx, setup, tried)
    })
  } catch (error) {
    if (tried === undefined) throw error
    if (faultOf(error) === 'passing') {
      // Where this fails as well, the keys keep their order, and the first error says why.
      await queueAgain(setup, tried).catch(() => undefined)
      throw error
    }
    await putBack(setup, tried, refusalOf(error))
    return true
  }
  if (tried !== undefined && 'event' in tried.item) setup.observe.handled?.(tried.item.event)
  return true
}

type Tried = {
  readonly row: ParkedRow
  readonly item: Prepared
  readonly askedAt: string
  readonly versions: VersionCheck
}

// As the database writes it: a Date would come back as another time where the driver's zone skips an hour in spring, and
// the request would stand for ever.
const askedAt = 'CAST(retry_requested_at AS CHAR(40))'

async function firstWaiting(trx: Knex.Transaction, setup: ConsumerSetup, key: string): Promise<Tried | undefined> {
  const place = { consumer: setup.name, event_key: key }
  const held: { asked: string } | undefined = await trx('parked_key')
    .where(place)
    .whereNotNull('retry_requested_at')
    .forUpdate()
    .first(trx.raw(`${askedAt} AS asked`))
  if (held === undefined) return undefined
  const rows: ParkedRow[] = await trx('parked_event')
    .where({ ...place, state: 'waiting' })
    .orderBy('id')
    .limit(setup.onGap === 'park' ? searched : 1)
  if (rows.length === 0) await trx('parked_key').where(place).delete()
  await setup.decoding.prepare?.(rows.map(recordOfRow))
  const waiting = rows.map(row => ({ row, item: prepare(setup, recordOfRow(row)) }))
  const events = waiting.flatMap(({ item }) => ('event' in item ? [item.event] : []))
  const versions = await checkVersions(trx, setup, events)
  // Behind a gap, what fills the next part of it may stand further back in the queue.
  const next = waiting.find(({ item }) => 'event' in item && versions.isNext(item.event)) ?? waiting[0]
  return next && { ...next, askedAt: held.asked, versions }
}

// How far back in its queue a key's next version is looked for.
const searched = 1_000

async function applyFirst(trx: Knex.Transaction, setup: ConsumerSetup, { row, item, versions }: Tried): Promise<void> {
  const refusal = 'refusal' in item ? item.refusal : (handlerless(setup, row, item) ?? versions.judge(item.event))
  if (refusal !== undefined) throw new StillRefused(refusal)
  if ('handler' in item) await guarded(setup, row, () => unbroken(trx, () => item.handler.work([item.event], trx)))
  await versions.save()
  const settled = { state: 'applied', settled_at: trx.fn.now(3) }
  await trx('parked_event').where({ id: row.id }).update(settled)
}

/**
 * An event without a handler passes by where one was never needed. This one was parked by somebody who had one: by an
 * older or newer version of the service, or by another consumer of the same name. To pass it by would be to lose it.
 */
function handlerless(setup: ConsumerSetup, row: ParkedRow, item: Prepared): Refusal | undefined {
  if (!('ignored' in item) || neverHandled(setup).has(row.reason)) return undefined
  return { reason: 'REFUSED', error: new Error(`No handler for ${item.event.name}, and there was one`) }
}

// Where versions are watched, events without a handler are parked too.
function neverHandled({ onGap }: ConsumerSetup): ReadonlySet<ParkReason> {
  return new Set(onGap === 'ignore' ? ['UNKNOWN_EVENT'] : ['UNKNOWN_EVENT', 'VERSION_GAP', 'VERSION_STALE', 'BEHIND'])
}

/** A retry that kills the process must not kill it for ever: the crash guard watches it as it watches a new record. */
async function guarded(setup: ConsumerSetup, row: ParkedRow, work: () => Promise<void>): Promise<void> {
  const place = { consumer: setup.name, topic: `parked key ${row.event_key}`, partition: -1 }
  const guard = createCrashGuard(setup.db, place)
  const id = BigInt(row.id)
  const suspect = await guard.suspect()
  if (suspect?.from === id && suspect.started >= setup.crashLimit) {
    await guard.forget()
    const error = new Error(`The process died ${suspect.started} times while this event was retried`)
    throw new StillRefused({ reason: 'CRASH_LOOP', error })
  }
  await guard.around({ from: id, to: id }, work)
}

async function queueAgain({ db, name }: ConsumerSetup, { row, askedAt: asked }: Tried): Promise<void> {
  await db('parked_key')
    .where({ consumer: name, event_key: row.event_key })
    .whereRaw(`${askedAt} = ?`, [asked])
    .update({ retry_requested_at: db.fn.now(3) })
}

async function putBack(setup: ConsumerSetup, { row, item, askedAt: asked }: Tried, refusal: Refusal): Promise<void> {
  await setup.db.transaction(async trx => {
    const place = { consumer: setup.name, event_key: row.event_key }
    // A request that came meanwhile, from a person or from the event that fills the gap, stands.
    await trx('parked_key')
      .where(place)
      .whereRaw(`${askedAt} = ?`, [asked])
      .update({ retry_requested_at: null, reason: refusal.reason })
    await trx('parked_event')
      .where({ id: row.id, state: 'waiting' })
      .update({ reason: refusal.reason, ...errorColumns(refusal.error), attempts: trx.raw('attempts + 1') })
  })
  setup.observe.parked?.(item, refusal)
}

class StillRefused extends Error {
  readonly retryable = false
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.error.message, { cause: refusal.error })
    this.refusal = refusal
  }
}

function refusalOf(cause: unknown): Refusal {
  if (cause instanceof StillRefused) return cause.refusal
  const error = cause instanceof Error ? cause : new Error(String(cause))
  return { reason: faultOf(error) === 'final' ? 'REFUSED' : 'HANDLER_FAILED', error }
}
