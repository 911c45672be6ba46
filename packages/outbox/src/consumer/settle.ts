import type { Knex } from 'knex'
import { AlreadyClaimedError, claim, settledAmong } from '../inbox/inbox-store.ts'
import { enqueue, type Parked, parkedAmong, parkKey } from '../parking/parking-store.ts'
import type { ConsumedEvent, EventHandler } from './consumed-event.ts'
import type { ConsumerSetup } from './consumer-setup.ts'
import type { Prepared } from './prepare.ts'
import { isRetryable } from '../errors.ts'

/**
 * Settles records of one lane, in their order, in one transaction: inbox row, effect and parking commit together or not
 * at all, so whatever happens to us or to Kafka, each record is settled once. Throws what a handler threw, with nothing
 * done.
 */
export async function settle(setup: ConsumerSetup, items: readonly Prepared[]): Promise<void> {
  const wanted = items.filter(item => !('ignored' in item))
  let fresh = firstOfEach(wanted)
  let parked: readonly Parked[] = []
  for (;;) {
    const claimed = fresh
    try {
      parked = await setup.db.transaction(trx => settleIn(trx, setup, claimed))
      break
    } catch (error) {
      if (!(error instanceof AlreadyClaimedError)) throw error
      fresh = await withoutSettled(setup, claimed)
      // The row that refused us was pruned or rolled back since: the caller tries again after a pause.
      if (fresh.length === claimed.length) throw error
    }
  }
  tell(setup, items, { fresh, parked })
}

function firstOfEach(items: readonly Prepared[]): readonly Prepared[] {
  const byId = new Map<string, Prepared>()
  for (const item of items) if (!byId.has(item.messageId)) byId.set(item.messageId, item)
  return [...byId.values()]
}

// Outside of the transaction: within it, MySQL would show the inbox as it was at the transaction's first read.
async function withoutSettled(setup: ConsumerSetup, items: readonly Prepared[]): Promise<readonly Prepared[]> {
  const ids = items.map(item => item.messageId)
  const settled = await settledAmong(setup.db, setup.name, ids)
  return items.filter(item => !settled.has(item.messageId))
}

/**
 * The order of the three steps is what makes it safe against a member that was frozen and comes back: once the inbox
 * rows are ours, every earlier event of these keys is settled for good, so what we then read about parked keys holds.
 */
async function settleIn(
  trx: Knex.Transaction,
  setup: ConsumerSetup,
  items: readonly Prepared[]
): Promise<readonly Parked[]> {
  if (items.length === 0) return []
  const broken = watchForBreak(trx)
  await claim(
    trx,
    setup.name,
    items.map(item => item.messageId)
  )
  const { flowing, parked } = await divide(trx, setup, items)
  await enqueue(trx, setup.name, parked)
  for (const wave of wavesOf(flowing)) await wave.handler.work(wave.events, trx)
  broken.throwIfAny()
  return parked
}

async function divide(trx: Knex.Transaction, setup: ConsumerSetup, items: readonly Prepared[]) {
  const flowing: Handled[] = []
  const parked: Parked[] = []
  const parkedKeys = new Set((await parkedAmong(trx, setup.name, [...new Set(items.map(item => item.key))])).keys())
  for (const item of items) {
    if (parkedKeys.has(item.key)) parked.push({ item, refusal: 'refusal' in item ? item.refusal : behind(item.key) })
    else if ('refusal' in item) {
      await parkKey(trx, setup.name, { item, refusal: item.refusal })
      parkedKeys.add(item.key)
      parked.push({ item, refusal: item.refusal })
    } else if ('handler' in item) flowing.push(item)
  }
  return { flowing, parked }
}

function behind(key: string) {
  return { reason: 'BEHIND', error: new Error(`An earlier event of key ${key} is parked`) } as const
}

type Handled = Extract<Prepared, { handler: EventHandler }>
type Wave = { readonly handler: EventHandler; readonly events: ConsumedEvent[] }

/**
 * Groups events by handler, so that a batch handler gets as many as possible, and keeps each key's order: an event
 * never lands in an earlier wave than the event of its key before it.
 */
export function wavesOf(items: readonly Handled[]): readonly Wave[] {
  const levels: Map<EventHandler, Wave>[] = []
  const lastOfKey = new Map<string, { level: number; handler: EventHandler }>()
  for (const { key, handler, event } of items) {
    const last = lastOfKey.get(key)
    const level = last === undefined ? 0 : last.handler === handler ? last.level : last.level + 1
    lastOfKey.set(key, { level, handler })
    const waves = (levels[level] ??= new Map())
    const wave = waves.get(handler)
    if (wave === undefined) waves.set(handler, { handler, events: [event] })
    else wave.events.push(event)
  }
  return levels.flatMap(waves => [...waves.values()])
}

// A deadlock ends the whole MySQL transaction. A handler that swallowed that error would go on without one, and without
// its inbox row; so we remember it for him.
function watchForBreak(trx: Knex.Transaction): { throwIfAny: () => void } {
  let broken: unknown
  trx.on('query-error', (error: unknown) => {
    if (isRetryable(error)) broken = error
  })
  return {
    throwIfAny: () => {
      if (broken !== undefined) throw broken
    }
  }
}

function tell(
  { observe }: ConsumerSetup,
  items: readonly Prepared[],
  { fresh, parked }: { fresh: readonly Prepared[]; parked: readonly Parked[] }
): void {
  const isFresh = new Set(fresh)
  const refusals = new Map<unknown, Parked>(parked.map(one => [one.item, one]))
  for (const item of items) {
    const refusal = refusals.get(item)?.refusal
    if ('ignored' in item) observe.ignored?.(item.event)
    else if (!isFresh.has(item)) observe.duplicate?.(item.messageId)
    else if (refusal !== undefined) observe.parked?.(item, refusal)
    else if ('event' in item) observe.handled?.(item.event)
  }
}
