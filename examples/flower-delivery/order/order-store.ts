import { appendToOutbox } from '@outbox-cdc/outbox'
import { readNumberedPage } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { orderEvents } from './events.ts'
import { type OrderState, orderStates, type OrderTrigger } from './order-states.ts'
import { type CancelReason, type NewOrder, type Order, reasonAfter, stepOf } from './orders/order.ts'
import type { Changed, Orders, Trace } from './orders/ports.ts'

type Cause = {
  readonly trigger: OrderTrigger
  /** Of a cancellation, or the words of the shop that rejects the order. */
  readonly reason?: string | undefined
  readonly onlyIn?: OrderState | undefined
  readonly trace?: Trace | undefined
}

/** The orders in MySQL. */
export function createOrders(db: Knex): Orders {
  return {
    add: (order, trace) => db.transaction(trx => addOrder(trx, order, trace)),
    find: id => findOrder(db, id),
    change: (id, cause) => db.transaction(trx => changeOrder(trx, id, cause))
  }
}

async function addOrder(trx: Knex.Transaction, order: NewOrder, trace: Trace): Promise<Order> {
  const { to: orderStatus, publishes } = orderStates.first.place
  const createdAt = new Date()
  const [id = 0] = await trx('customer_order').insert({
    item_id: order.itemId,
    item_name: order.itemName,
    store_name: order.storeName,
    user_name: order.userName,
    qty: order.qty,
    item_price: order.itemPrice,
    amount: order.amount,
    state: orderStatus,
    events: 1,
    created_at: createdAt
  })
  await appendToOutbox(trx, orderEvents[publishes]({ ...aboutOrder(id, 1, trace), payload: order }))
  return { id, ...order, orderStatus, reason: null, createdAt }
}

/** Does to an order what its table says, and announces it: both when `trx` commits. Undefined if there is no such order. */
export async function changeOrder(trx: Knex.Transaction, id: number, cause: Cause): Promise<Changed | undefined> {
  const row: Row | undefined = await trx('customer_order').where({ id }).forUpdate().first()
  if (row === undefined) return undefined
  if (cause.onlyIn !== undefined && row.state !== cause.onlyIn) return { outcome: 'unchanged', order: orderIn(row) }
  const step = stepOf(row.state, cause.trigger)
  if (typeof step === 'string') return { outcome: step, order: orderIn(row) }
  const { to: state, publishes } = step
  const events = row.events + (publishes === undefined ? 0 : 1)
  const after = { ...row, state, events, reason: reasonAfter(row.reason, cause) }
  const completed = state === 'COMPLETED' ? { completed_at: new Date() } : {}
  await trx('customer_order')
    .where({ id })
    .update({ state, events, reason: after.reason, ...completed })
  if (publishes !== undefined) {
    // The schema of the event refuses a reason that isn't one of these.
    const payload = { reason: after.reason as CancelReason, itemId: row.item_id, qty: row.qty }
    await appendToOutbox(trx, orderEvents[publishes]({ ...aboutOrder(id, events, cause.trace), payload }))
  }
  return { outcome: 'changed', order: orderIn(after) }
}

// Everything about an order has its id as correlation id, also where the request has another one.
const aboutOrder = (id: number, aggregateVersion: number, { traceparent, actor }: Trace = {}) => ({
  aggregateId: id,
  aggregateVersion,
  correlationId: String(id),
  traceparent,
  actor
})

export async function findOrder(db: Knex, id: number): Promise<Order | undefined> {
  const row: Row | undefined = await db('customer_order').where({ id }).first()
  return row && orderIn(row)
}

export const sortableOrders = { id: 'id', userName: 'user_name', amount: 'amount' }

type PageRequest = Parameters<typeof readNumberedPage>[1]

export async function listOrders(db: Knex, request: PageRequest) {
  const { items, page } = await readNumberedPage<Row>(db('customer_order'), request)
  return { items: items.map(orderIn), page }
}

type Deadline = { readonly deadlineMs: number; readonly limit: number }

/** Asks for the cancellation of the oldest orders that weren't paid in time. Several replicas take different ones. */
export function cancelUnpaid(db: Knex, { deadlineMs, limit }: Deadline): Promise<number> {
  const since = new Date(Date.now() - deadlineMs)
  return db.transaction(async trx => {
    const ids: number[] = await trx('customer_order')
      .where({ state: 'PAYMENT_PENDING' })
      .where('created_at', '<', since)
      .orderBy('created_at')
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .pluck('id')
    for (const id of ids) await changeOrder(trx, id, { trigger: 'cancel', reason: 'NOT_PAID_IN_TIME' })
    return ids.length
  })
}

type Row = {
  readonly id: number
  readonly item_id: number
  readonly item_name: string
  readonly store_name: string
  readonly user_name: string
  readonly qty: number
  readonly item_price: number
  readonly amount: number
  readonly state: OrderState
  readonly reason: string | null
  readonly events: number
  readonly created_at: Date
}

const orderIn = (row: Row): Order => ({
  id: row.id,
  itemId: row.item_id,
  itemName: row.item_name,
  storeName: row.store_name,
  userName: row.user_name,
  qty: row.qty,
  itemPrice: row.item_price,
  amount: row.amount,
  orderStatus: row.state,
  reason: row.reason,
  createdAt: row.created_at
})
