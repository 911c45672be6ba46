import { appendToOutbox } from '@outbox-cdc/outbox'
import { type Money, readMoney } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { lockCredit } from './customers.ts'
import { answers } from './events.ts'
import { decide, type ReservationState, reservationStates } from './reservation-states.ts'

/** What an event of orderTopic says. The total is a text: an order without an amount gets an answer instead of parking. */
type Order = { readonly orderId: number; readonly customerId: number; readonly orderTotal: string }

/** Decides on an order and publishes the answer. An order that was decided before stays as it is and gets no answer. */
export async function reserveCredit(trx: Knex.Transaction, { orderId, customerId, ...order }: Order): Promise<void> {
  const credit = await lockCredit(trx, customerId)
  const orderTotal = readMoney(order.orderTotal)
  const { trigger, reason } = decide({ ...credit, orderTotal })
  const existing = await lockReservation(trx, orderId)
  const step = existing === undefined ? reservationStates.first[trigger] : reservationStates.steps[existing][trigger]
  if (step === 'unchanged') return
  await insertReservation(trx, { orderId, customerId, orderTotal, state: step.to, reason })
  const answer = answers[step.publishes]
  await appendToOutbox(trx, answer({ aggregateId: orderId, aggregateVersion: 1, payload: { customerId, reason } }))
}

/** Gives back the credit of an order that was cancelled. */
export async function releaseCredit(trx: Knex.Transaction, { orderId, customerId, ...order }: Order): Promise<void> {
  const existing = await lockReservation(trx, orderId)
  const trigger = 'order_cancelled'
  const step = existing === undefined ? reservationStates.first[trigger] : reservationStates.steps[existing][trigger]
  if (step === 'unchanged') return
  if (existing !== undefined) await trx('reservation').where({ order_id: orderId }).update({ state: step.to })
  else await insertReservation(trx, { orderId, customerId, orderTotal: readMoney(order.orderTotal), state: step.to })
}

async function lockReservation(trx: Knex.Transaction, orderId: number): Promise<ReservationState | undefined> {
  const row = await trx('reservation').where({ order_id: orderId }).forUpdate().first('state')
  return row?.state
}

type Reservation = {
  readonly orderId: number
  readonly customerId: number
  readonly orderTotal: Money | undefined
  readonly state: ReservationState
  readonly reason?: string | undefined
}

async function insertReservation(
  trx: Knex.Transaction,
  { orderId, customerId, orderTotal, state, reason }: Reservation
) {
  await trx('reservation').insert({
    order_id: orderId,
    customer_id: customerId,
    order_total: orderTotal ?? null,
    state,
    reason: reason ?? null
  })
}

export type CustomersOrder = {
  readonly orderId: number
  readonly orderTotal: Money | null
  readonly state: ReservationState
  readonly reason: string | null
  readonly decidedAt: string
}

type PageRequest = { readonly limit: number; readonly before?: number | undefined }

/** The orders of a customer that this service has heard of, newest first; `next` is the `before` of the next page. */
export async function listOrders(db: Knex, customerId: number, { limit, before }: PageRequest) {
  const rows = db('reservation').where({ customer_id: customerId })
  if (before !== undefined) void rows.where('order_id', '<', before)
  const found = await rows.orderBy('order_id', 'desc').limit(limit + 1)
  const items = found.slice(0, limit).map(
    ({ order_id, order_total, state, reason, decided_at }): CustomersOrder => ({
      orderId: order_id,
      orderTotal: order_total === null ? null : BigInt(order_total),
      state,
      reason,
      decidedAt: decided_at.toISOString()
    })
  )
  return { items, next: found.length > limit ? (items.at(-1)?.orderId ?? null) : null }
}
