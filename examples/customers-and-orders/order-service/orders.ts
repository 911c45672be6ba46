import { appendToOutbox, type MessageContext } from '@outbox-cdc/outbox'
import type { Money } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { orderEvents } from './events.ts'
import { type OrderState, orderStates, type OrderTrigger } from './order-states.ts'

export type NewOrder = { readonly customerId: number; readonly orderTotal: Money }

export type Order = NewOrder & {
  readonly id: number
  readonly state: OrderState
  readonly reason: string | null
  readonly createdAt: string
  /** Oldest first. */
  readonly history: readonly { readonly state: OrderState; readonly cause: string; readonly at: string }[]
}

/** Stores an order and announces it. It says PENDING until customer-service has answered. */
export async function placeOrder(trx: Knex.Transaction, order: NewOrder, context: MessageContext): Promise<Order> {
  const { to: state, publishes } = orderStates.first.place
  const { customerId, orderTotal } = order
  const now = new Date()
  const columns = { customer_id: customerId, order_total: orderTotal, state, events: 1, created_at: now }
  const [id = 0] = await trx('customer_order').insert(columns)
  const cause = 'place'
  await trx('order_change').insert({ order_id: id, cause, state, at: now })
  await appendToOutbox(
    trx,
    orderEvents[publishes]({ ...context, aggregateId: id, aggregateVersion: 1, payload: order })
  )
  const at = now.toISOString()
  return { id, ...order, state, reason: null, createdAt: at, history: [{ state, cause, at }] }
}

type Cause = { readonly trigger: OrderTrigger; readonly reason?: string | undefined; readonly context?: MessageContext }

/** Does to an order what its table says; undefined if there is no such order. */
export async function changeOrder(trx: Knex.Transaction, id: number, { trigger, reason, context = {} }: Cause) {
  const row: Row | undefined = await trx('customer_order').where({ id }).forUpdate().first()
  if (row === undefined) return undefined
  const step: Step = orderStates.steps[row.state][trigger]
  if (typeof step === 'string') return step
  const { to: state, publishes } = step
  const events = row.events + (publishes === undefined ? 0 : 1)
  await trx('customer_order')
    .where({ id })
    .update({ state, events, reason: reason ?? null })
  await trx('order_change').insert({ order_id: id, cause: trigger, state })
  if (publishes !== undefined) {
    const payload = { customerId: row.customer_id, orderTotal: BigInt(row.order_total), reason }
    const event = { ...context, aggregateId: id, aggregateVersion: events, payload }
    await appendToOutbox(trx, orderEvents[publishes](event))
  }
  return state
}

type Step = 'unchanged' | 'refused' | { readonly to: OrderState; readonly publishes?: keyof typeof orderEvents }

type Row = {
  readonly id: number
  readonly customer_id: number
  readonly order_total: number
  readonly state: OrderState
  readonly reason: string | null
  readonly events: number
  readonly created_at: Date
}

type Change = { readonly changed_to: OrderState; readonly cause: string; readonly at: Date }

/** One statement, so the state and the history are of the same moment. */
export async function findOrder(db: Knex, id: number): Promise<Order | undefined> {
  const rows: (Row & Change)[] = await db('customer_order as o')
    .join('order_change as c', 'c.order_id', 'o.id')
    .where('o.id', id)
    .orderBy('c.id')
    .select('o.*', 'c.at', 'c.cause', { changed_to: 'c.state' })
  const [row] = rows
  if (row === undefined) return undefined
  return {
    id,
    customerId: row.customer_id,
    orderTotal: BigInt(row.order_total),
    state: row.state,
    reason: row.reason,
    createdAt: row.created_at.toISOString(),
    history: rows.map(({ changed_to: state, cause, at }) => ({ state, cause, at: at.toISOString() }))
  }
}
