import { appendToOutbox } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import { stockEvents } from './events.ts'
import { lockItem, writeTerms } from './items.ts'
import { paidTrigger, type ReservationState, reservationStates } from './reservation-states.ts'

/** An order that was paid, as payment describes it. */
type PaidOrder = {
  readonly orderId: number
  readonly itemId: number
  readonly itemName: string
  readonly storeName: string
  readonly userName: string
  readonly qty: number
}

/** Takes the stock of an order that was paid, if it's enough, and says so. An order that was decided before gets no answer. */
export async function reserveStock(trx: Knex.Transaction, { orderId, ...order }: PaidOrder): Promise<void> {
  const { itemId, qty } = order
  // The reservation first, as in releaseStock: two transactions that lock both in one order can't deadlock.
  const existing = await lockReservation(trx, orderId)
  const item = await lockItem(trx, itemId)
  const trigger = paidTrigger(item?.stockCnt, qty)
  const step =
    existing === undefined ? reservationStates.first[trigger] : reservationStates.steps[existing.state][trigger]
  if (step === 'unchanged') return
  const isReserved = step.to === 'RESERVED'
  const decidedAt = new Date()
  const decision = { state: step.to, events: 1, decided_at: decidedAt, reserved_at: isReserved ? decidedAt : null }
  await trx('reservation').insert({ order_id: orderId, item_id: itemId, qty, ...decision })
  if (isReserved && item !== undefined) await writeTerms(trx, { ...item, stockCnt: item.stockCnt - qty })
  const event = { aggregateId: orderId, aggregateVersion: 1, payload: order }
  await appendToOutbox(trx, stockEvents[step.publishes](event))
}

/** Gives back what an order has taken, if it has taken anything, and says so. */
export async function releaseStock(
  trx: Knex.Transaction,
  orderId: number,
  trigger: 'order_cancelled' | 'rejected'
): Promise<void> {
  const existing = await lockReservation(trx, orderId)
  if (existing === undefined) {
    await trx('reservation').insert({ order_id: orderId, state: reservationStates.first[trigger].to, events: 0 })
    return
  }
  const step = reservationStates.steps[existing.state][trigger]
  if (step === 'unchanged') return
  const { item_id: itemId, qty } = existing
  const item = await lockItem(trx, itemId)
  // Parks the event: items are never deleted, so waiting doesn't help.
  if (item === undefined) throw Object.assign(new Error(`There is no item ${itemId}`), { retryable: false })
  const aggregateVersion = existing.events + 1
  await trx('reservation').where({ order_id: orderId }).update({ state: step.to, events: aggregateVersion })
  await writeTerms(trx, { ...item, stockCnt: item.stockCnt + qty })
  const event = { aggregateId: orderId, aggregateVersion, payload: { itemId, qty } }
  await appendToOutbox(trx, stockEvents[step.publishes](event))
}

/** Those of a reservation that was made because the order was paid. */
type Row = {
  readonly item_id: number
  readonly qty: number
  readonly state: ReservationState
  readonly events: number
}

async function lockReservation(trx: Knex.Transaction, orderId: number): Promise<Row | undefined> {
  return trx('reservation').where({ order_id: orderId }).forUpdate().first('item_id', 'qty', 'state', 'events')
}
