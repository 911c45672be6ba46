import type { Knex } from 'knex'
import { AlreadyClaimedError, claim, takeBackClaims } from '../../inbox/inbox-store.ts'
import { rejectIfTransactionEnded, runTransaction, TransactionEndedError } from '../../inbox/transaction.ts'
import { takeTurn } from '../../inbox/take-turn.ts'
import type { ParkReason } from '../../parking/parked-event.ts'
import { requestRetry } from '../../parking/parked-commands.ts'
import { lockParkedKeys, parkEvents } from '../../parking/parking-store.ts'
import { plain } from '../../plain-knex.ts'
import { inTransactionSpan, tracePublishing } from '../../tracing/open-telemetry.ts'
import type { Item } from '../read/read-event.ts'
import { type Decision, decide, groupByHandler } from './decide.ts'
import type { Handling } from './handling.ts'
import { retryWhilePassing } from './retry-policy.ts'
import { checkVersions, type VersionGap } from './versions.ts'

/** Where the events of one transaction come from, and where their outcome is noted: new records, or a parked key. */
export type Source = {
  /** Takes the events for this transaction, so that no other member settles them meanwhile. */
  readonly take: (trx: Knex.Transaction) => Promise<Taken>
  /** Notes what becomes of them, after the handlers ran: all of it commits together. */
  readonly note: (trx: Knex.Transaction, parked: Decision['parked']) => Promise<void>
}

export type Taken = {
  readonly items: readonly Item[]
  /** Keys under which events wait already: new ones queue behind them. */
  readonly parkedKeys: ReadonlyMap<string, ParkReason>
}

/**
 * Settles events in one transaction: inbox rows, versions, parked events and the handlers' effects commit together or
 * not at all. Throws what a handler threw, with nothing done.
 */
export async function settle(handling: Handling, source: Source): Promise<void> {
  const { db, idleTransactionMs: idleMs } = handling
  const settled = await takeTurn(db, () => runTransaction(db, work, { idleMs }))
  report(handling, settled)

  async function work(trx: Knex.Transaction): Promise<Settled> {
    const { items, parkedKeys } = await source.take(trx)
    const events = items.flatMap(item => ('event' in item ? [item.event] : []))
    const versions = await checkVersions(trx, handling, events)
    const decision = decide(items, { parkedKeys, versions })
    await rejectIfTransactionEnded(trx, async () => {
      for (const { handler, events: group } of groupByHandler(decision.flowing)) await handler.work(group, trx)
    })
    // After the handlers: one that commits must not commit this too.
    await versions.save()
    await source.note(trx, decision.parked)
    for (const key of decision.filledKeys) await requestRetry(trx, { consumer: handling.name, key })
    return { ...decision, gaps: versions.gaps }
  }
}

/**
 * Settles new records, in their order, in one transaction. Records that were settled before are left out: whatever
 * happens to the process or to Kafka, each record is settled once.
 */
export async function settleRecords(handling: Handling, items: readonly Item[]): Promise<void> {
  // Where versions are checked, an event without a handler counts too: it isn't a gap.
  const skips = (item: Item) => handling.onGap === 'ignore' && 'ignored' in item
  let fresh = firstOfEach(items.filter(item => !skips(item)))
  while (fresh.length > 0) {
    try {
      const tried = fresh
      const repeat = await inTransactionSpan(toHandle(tried), () =>
        settle(handling, newRecords(handling, tried)).catch(asRepeat)
      )
      if (repeat === undefined) break
      fresh = await withoutSettled(handling, tried)
      // The inbox row that collided was pruned or rolled back since: the caller tries again after a pause.
      if (fresh.length === tried.length) throw repeat
    } catch (error) {
      if (error instanceof TransactionEndedError) await takeBack(handling, fresh)
      throw error
    }
  }
  const isFresh = new Set(fresh)
  for (const item of items) {
    if (skips(item) && 'event' in item) handling.observe.ignored?.(item.event)
    else if (!isFresh.has(item)) handling.observe.duplicate?.(item.messageId)
  }
}

const toHandle = (items: readonly Item[]) =>
  items.flatMap(item => ('handler' in item && !('refusal' in item) ? [item.event] : []))

// A repeat is no failure: its trace shows no error.
function asRepeat(error: unknown): AlreadyClaimedError {
  if (error instanceof AlreadyClaimedError) return error
  throw error
}

// A handler has committed the inbox rows. They look as if the events were settled, so this doesn't give up.
async function takeBack(handling: Handling, items: readonly Item[]): Promise<void> {
  const task = { task: 'take back what a handler committed', events: items.length, signal: never }
  const ids = items.map(item => item.messageId)
  await retryWhilePassing(handling, task, () => takeBackClaims(handling.db, handling.name, ids))
}

const never = new AbortController().signal

function firstOfEach(items: readonly Item[]): Item[] {
  const byId = new Map<string, Item>()
  for (const item of items) if (!byId.has(item.messageId)) byId.set(item.messageId, item)
  return [...byId.values()]
}

// Outside of the transaction: inside, MySQL would show the inbox as it was at the transaction's first read.
export async function withoutSettled({ db, name: consumer }: Handling, items: readonly Item[]): Promise<Item[]> {
  const ids = items.map(item => item.messageId)
  const settled: string[] = await plain(db)('inbox').where({ consumer }).whereIn('message_id', ids).pluck('message_id')
  const known = new Set(settled)
  return items.filter(item => !known.has(item.messageId))
}

/**
 * The order of the two steps protects against a member that was frozen and comes back. Once the inbox rows are ours,
 * every earlier event of these keys is settled for good, so the parked keys that we then read can't change behind us.
 */
function newRecords({ name }: Handling, items: readonly Item[]): Source {
  return {
    async take(trx) {
      const ids = items.map(item => item.messageId)
      await claim(trx, name, ids)
      const keys = [...new Set(items.map(item => item.key))]
      return { items, parkedKeys: await lockParkedKeys(trx, name, keys) }
    },
    // For those that are handled, their inbox rows are enough.
    note: (trx, parked) => parkEvents(trx, name, parked)
  }
}

type Settled = Decision & { readonly gaps: readonly VersionGap[] }

/** Logs and observes what was settled, after its commit. */
function report({ observe, logger }: Handling, { flowing, ignored, parked, gaps }: Settled): void {
  for (const { event, last } of gaps) {
    const { name, aggregateId, aggregateVersion, messageId } = event
    const fields = { event: name, aggregateId, aggregateVersion, last, messageId }
    logger.warn(fields, "an event's version does not follow the last one")
    observe.gap?.(event, last)
  }
  for (const { item, refusal } of parked) {
    const { key, messageId, record } = item
    const place = { partition: record.partition, offset: String(record.offset) }
    const fields = { key, messageId, reason: refusal.reason, ...place }
    if (refusal.reason === 'BEHIND') logger.debug(fields, 'event queued behind a parked one')
    else logger.error({ ...fields, err: refusal.error }, 'event parked')
    observe.parked?.(item, refusal)
  }
  for (const event of ignored) observe.ignored?.(event)
  for (const { event, record } of flowing) {
    tracePublishing(event, record.timestamp)
    observe.handled?.(event)
  }
}
