import type { Knex } from 'knex'
import type { ConsumerSetup } from '../consumer/consumer-setup.ts'
import { createCrashGuard } from '../consumer/crash-guard.ts'
import { type Prepared, prepare } from '../consumer/prepare.ts'
import type { Refusal } from '../consumer/read-envelope.ts'
import { faultOf } from '../consumer/retry-policy.ts'
import { errorColumns } from './parking-store.ts'
import { type ParkedRow, recordOfRow } from './parked-row.ts'

/**
 * Applies the first waiting event of one key whose retry was asked for. Answers whether there may be more to do. The
 * key's row stays locked until the commit: events that arrive meanwhile queue behind or, once the key is free, follow.
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
      tried = await firstWaiting(trx, setup, wanted.event_key)
      if (tried !== undefined) await applyFirst(trx, setup, tried)
    })
  } catch (error) {
    if (tried === undefined || faultOf(error) === 'passing') throw error
    await putBack(setup, tried, refusalOf(error))
    return true
  }
  if (tried !== undefined && 'event' in tried.item) setup.observe.handled?.(tried.item.event)
  return true
}

type Tried = { readonly row: ParkedRow; readonly item: Prepared }

async function firstWaiting(trx: Knex.Transaction, { name, ...setup }: ConsumerSetup, key: string) {
  const place = { consumer: name, event_key: key }
  const held = await trx('parked_key').where(place).whereNotNull('retry_requested_at').forUpdate().first('event_key')
  if (held === undefined) return undefined
  const row: ParkedRow | undefined = await trx('parked_event')
    .where({ ...place, state: 'waiting' })
    .orderBy('id')
    .first()
  if (row === undefined) await trx('parked_key').where(place).delete()
  return row && { row, item: prepare({ name, ...setup }, recordOfRow(row)) }
}

async function applyFirst(trx: Knex.Transaction, setup: ConsumerSetup, { row, item }: Tried): Promise<void> {
  if ('refusal' in item) throw new StillRefused(item.refusal)
  if ('handler' in item) await guarded(setup, row, () => item.handler.work([item.event], trx))
  const settled = { state: 'applied', settled_at: trx.fn.now(3) }
  await trx('parked_event').where({ id: row.id }).update(settled)
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

async function putBack(setup: ConsumerSetup, { row, item }: Tried, refusal: Refusal): Promise<void> {
  await setup.db.transaction(async trx => {
    const place = { consumer: setup.name, event_key: row.event_key }
    await trx('parked_key').where(place).update({ retry_requested_at: null, reason: refusal.reason })
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
