import type { Knex } from 'knex'
import { boundIdle } from '../inbox/bound-idle.ts'
import { AlreadyClaimedError, claim, settledAmong } from '../inbox/inbox-store.ts'
import { unbroken } from '../inbox/unbroken.ts'
import { enqueue } from '../parking/parking-store.ts'
import type { ConsumerSetup } from './consumer-setup.ts'
import { type Divided, divide } from './divide.ts'
import type { Prepared } from './prepare.ts'
import type { Refusal } from './read-envelope.ts'
import { wavesOf } from './waves.ts'

/**
 * Settles records of one lane, in their order, in one transaction: inbox row, effect and parking commit together or not
 * at all, so whatever happens to us or to Kafka, each record is settled once. Throws what a handler threw, with nothing
 * done.
 */
export async function settle(setup: ConsumerSetup, items: readonly Prepared[]): Promise<void> {
  // Where versions are watched, an event without a handler counts too: it is no gap.
  const wanted = setup.onGap === 'ignore' ? items.filter(item => !('ignored' in item)) : items
  let fresh = firstOfEach(wanted)
  let divided = nothing
  for (;;) {
    const claimed = fresh
    try {
      divided = await setup.db.transaction(trx => settleIn(trx, setup, claimed))
      break
    } catch (error) {
      if (!(error instanceof AlreadyClaimedError)) throw error
      fresh = await withoutSettled(setup, claimed)
      // The row that refused us was pruned or rolled back since: the caller tries again after a pause.
      if (fresh.length === claimed.length) throw error
    }
  }
  tell(setup, items, { fresh, ...divided })
}

const nothing: Divided = { flowing: [], parked: [], gaps: [] }

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
async function settleIn(trx: Knex.Transaction, setup: ConsumerSetup, items: readonly Prepared[]): Promise<Divided> {
  if (items.length === 0) return nothing
  await boundIdle(trx, setup.idleTransactionMs)
  await claim(
    trx,
    setup.name,
    items.map(item => item.messageId)
  )
  const divided = await divide(trx, setup, items)
  await enqueue(trx, setup.name, divided.parked)
  await unbroken(trx, async () => {
    for (const wave of wavesOf(divided.flowing)) await wave.handler.work(wave.events, trx)
  })
  return divided
}

type Told = Divided & { readonly fresh: readonly Prepared[] }

function tell({ observe, logger }: ConsumerSetup, items: readonly Prepared[], { fresh, parked, gaps }: Told): void {
  const isFresh = new Set(fresh)
  const refusals = new Map<unknown, Refusal>(parked.map(({ item, refusal }) => [item, refusal]))
  for (const { event, last } of gaps) {
    const { name, aggregateId, aggregateVersion, messageId } = event
    logger.warn(
      { event: name, aggregateId, aggregateVersion, last, messageId },
      'a version does not follow the last one'
    )
    observe.gap?.(event, last)
  }
  for (const { item, refusal } of parked) {
    const { key, messageId, record } = item
    const fields = {
      key,
      messageId,
      reason: refusal.reason,
      partition: record.partition,
      offset: String(record.offset)
    }
    if (refusal.reason === 'BEHIND') logger.debug(fields, 'event queued behind a parked one')
    else logger.error({ ...fields, err: refusal.error }, 'event parked')
  }
  for (const item of items) {
    const refusal = refusals.get(item)
    if (refusal !== undefined) observe.parked?.(item, refusal)
    else if ('ignored' in item) observe.ignored?.(item.event)
    else if (!isFresh.has(item)) observe.duplicate?.(item.messageId)
    else if ('event' in item) observe.handled?.(item.event)
  }
}
