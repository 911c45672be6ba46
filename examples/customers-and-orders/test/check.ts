import type { Knex } from 'knex'
import { orderStates } from '../order-service/order-states.ts'

type Databases = { readonly customers: { readonly db: Knex }; readonly orders: { readonly db: Knex } }

/** Throws a sentence for what doesn't hold when all is calm. */
export async function check({ customers, orders }: Databases, ids: readonly number[]): Promise<void> {
  const [limits, all, reservations] = await Promise.all([
    customers.db('customer').whereIn('id', ids),
    orders.db('customer_order').whereIn('customer_id', ids),
    customers.db('reservation').whereIn('customer_id', ids)
  ])
  const changes = await orders
    .db('order_change')
    .whereIn(
      'order_id',
      all.map(({ id }) => id)
    )
    .orderBy('id')
  const changesOf = Map.groupBy(changes, ({ order_id: id }) => id)
  const decided = new Map(reservations.map(row => [row.order_id, row]))
  require(decided.size === all.length, `${all.length} orders, ${decided.size} decisions`)
  for (const order of all) {
    require(['APPROVED', 'REJECTED', 'CANCELLED'].includes(order.state), `order ${order.id} is still ${order.state}`)
    const other = decided.get(order.id)?.state
    require(other === order.state, `order ${order.id} is ${order.state}, and ${other} for customer-service`)
    requireHistory(order, changesOf.get(order.id) ?? [])
  }
  for (const { id, credit_limit: limit } of limits) {
    const sum = (rows: readonly { customer_id: number; state: string; order_total: number }[]) =>
      rows
        .filter(row => row.customer_id === id && row.state === 'APPROVED')
        .reduce((total, row) => total + row.order_total, 0)
    require(sum(reservations) <= limit, `customer ${id} has ${sum(reservations)} of ${limit} reserved`)
    require(sum(reservations) === sum(all), `customer ${id} has ${sum(reservations)} reserved, ${sum(all)} approved`)
  }
}

type Row = { readonly id: number; readonly state: string }
type Changed = { readonly cause: string; readonly state: keyof typeof orderStates.steps }

/** The history must be a walk through the table of states that ends where the order is. */
function requireHistory({ id, state }: Row, changes: readonly Changed[]): void {
  const shown = changes.map(({ cause, state: to }) => `${cause} ${to}`).join(', ')
  const walk = changes.every(({ cause, state: to }, index) => {
    const from = changes[index - 1]?.state
    const steps: Readonly<Record<string, { readonly to: string } | string>> =
      from === undefined ? orderStates.first : orderStates.steps[from]
    const step = steps[cause]
    return typeof step === 'object' && step.to === to
  })
  require(walk && changes.at(-1)?.state === state, `order ${id} is ${state} with the history ${shown}`)
}

function require(holds: boolean, problem: string): void {
  if (!holds) throw new Error(problem)
}
