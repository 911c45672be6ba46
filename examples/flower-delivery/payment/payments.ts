import { appendToOutbox, type MessageContext } from '@outbox-cdc/outbox'
import type { Change } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { paymentEvents } from './events.ts'
import { type PaymentState, paymentStates, type PaymentTrigger } from './payment-states.ts'

/** What is to be paid. */
export type NewPayment = {
  readonly orderId: number
  readonly itemId: number
  readonly itemName: string
  readonly storeName: string
  readonly userName: string
  readonly qty: number
  readonly itemPrice: number
  readonly amount: number
}

/** One for each order. What was bought is null if nothing was ever paid. */
export type Payment = { readonly [Field in keyof NewPayment]: NewPayment[Field] | null } & {
  readonly orderId: number
  readonly paymentStatus: PaymentState
  readonly amount: number
  readonly refunded: number
  readonly paidAt: Date | null
  readonly updatedAt: Date
}

const columns = {
  orderId: 'order_id',
  itemId: 'item_id',
  itemName: 'item_name',
  storeName: 'store_name',
  userName: 'user_name',
  qty: 'qty',
  itemPrice: 'item_price',
  amount: 'amount',
  paymentStatus: 'status',
  refunded: 'refunded',
  paidAt: 'paid_at',
  updatedAt: 'updated_at'
}

export const selectPayments = (db: Knex) => db('payment').select(columns)

export async function findPayment(db: Knex, orderId: number): Promise<Payment | undefined> {
  return selectPayments(db).where({ order_id: orderId }).first()
}

type Cancellation = Change<PaymentState, Exclude<keyof typeof paymentEvents, 'paid'>> | 'unchanged'
type Locked = { readonly status: PaymentState; readonly amount: number; readonly events: number }

/** Pays for an order and announces it, once: an order that is paid stays as it is. Refused if it was cancelled. */
export async function payOrder(
  trx: Knex.Transaction,
  order: NewPayment,
  context: MessageContext
): Promise<'paid' | 'unchanged' | 'refused'> {
  const { orderId, ...payload } = order
  const payment = await lockPayment(trx, orderId)
  const step = payment === undefined ? paymentStates.first.pay : paymentStates.steps[payment.status].pay
  if (typeof step === 'string') return step
  const [now, events] = [new Date(), 1]
  await trx('payment').where({ order_id: orderId }).update({
    item_id: order.itemId,
    item_name: order.itemName,
    store_name: order.storeName,
    user_name: order.userName,
    qty: order.qty,
    item_price: order.itemPrice,
    amount: order.amount,
    status: step.to,
    events,
    paid_at: now,
    updated_at: now
  })
  const event = { ...context, aggregateId: orderId, aggregateVersion: events, payload }
  await appendToOutbox(trx, paymentEvents[step.publishes](event))
  return step.publishes
}

/** Gives back what was paid, if its table says so, and announces it. What wasn't paid can't be paid from now on. */
export async function cancelPayment(
  trx: Knex.Transaction,
  orderId: number,
  trigger: Exclude<PaymentTrigger, 'pay'>
): Promise<void> {
  const payment = await lockPayment(trx, orderId)
  const step: Cancellation =
    payment === undefined ? paymentStates.first[trigger] : paymentStates.steps[payment.status][trigger]
  if (step === 'unchanged') return
  const { to: status, publishes } = step
  const amount = payment?.amount ?? 0
  const events = (payment?.events ?? 0) + (publishes === undefined ? 0 : 1)
  await trx('payment').where({ order_id: orderId }).update({ status, refunded: amount, events, updated_at: new Date() })
  if (publishes === undefined) return
  const event = { aggregateId: orderId, aggregateVersion: events, payload: { amount } }
  await appendToOutbox(trx, paymentEvents[publishes](event))
}

/**
 * The payment of an order, which others can't change until the transaction ends; undefined if there was none. Then its row is
 * new, and the transaction must fill it: if two requests could both find nothing, both would pay.
 */
async function lockPayment(trx: Knex.Transaction, orderId: number): Promise<Locked | undefined> {
  await trx('payment')
    .insert({ order_id: orderId, status: '', events: 0, updated_at: new Date() })
    .onConflict()
    .merge(['order_id'])
  const row = await trx('payment').where({ order_id: orderId }).forUpdate().first('status', 'amount', 'events')
  return row.status === '' ? undefined : row
}
