import type { Knex } from 'knex'
import { type Found, type OrderRow, checkAgreement, checkLimits, checkSums } from './checks.ts'
import { type Ids, lastId, readCustomers, readOrders, readReservations } from './read-rows.ts'

/** Bounds of one round. Older orders and further customers are checked in turn. */
const size = { newest: 1_000, older: 1_000, customers: 300, open: 2_000 }

export type Databases = { readonly customers: Knex; readonly orders: Knex }
export type Round = { readonly limits: Found; readonly sums: Found; readonly agreement: Found }

/** Checks a bounded part of both databases each time it's called: what is new, what was open, and a part of the rest in turn. */
export function createChecker({ customers, orders }: Databases): () => Promise<Round> {
  let open: readonly number[] = []
  let nextOrder = 1
  let nextCustomer = 1

  async function readBoth(ids: Ids) {
    const before = new Map((await readOrders(orders, ids)).map(({ id, state }) => [id, state]))
    const reservations = await readReservations(customers, ids)
    // No state comes back: an order with the same state before and after had it while the reservation was read.
    const after = await readOrders(orders, ids)
    return {
      orders: after.map(order => (before.get(order.id) === order.state ? order : onItsWay(order))),
      reservations
    }
  }

  return async () => {
    const last = await lastId(orders, 'customer_order')
    const newest = Math.max(1, last - size.newest + 1)
    if (nextOrder >= newest) nextOrder = 1
    const older = { from: nextOrder, to: Math.min(newest, nextOrder + size.older) - 1, also: open }
    const recent = await readBoth({ from: newest, to: last, also: [] })
    const rest = await readBoth(older)
    const both = {
      orders: unique([...recent.orders, ...rest.orders], ({ id }) => id),
      reservations: unique([...recent.reservations, ...rest.reservations], ({ orderId }) => orderId)
    }
    const agreement = checkAgreement(both)
    const lastCustomer = await lastId(customers, 'customer')
    const inTurn = Array.from({ length: size.customers }, (_, index) => nextCustomer + index)
    const active = [...new Set(both.orders.map(({ customerId }) => customerId))].slice(0, size.customers)
    const limits = checkLimits(await readCustomers(customers, [...new Set([...active, ...inTurn])]))
    open = agreement.settling.slice(0, size.open)
    nextOrder = older.to + 1
    nextCustomer = nextCustomer + size.customers > lastCustomer ? 1 : nextCustomer + size.customers
    return { limits, sums: checkSums(both), agreement }
  }
}

const onItsWay = (order: OrderRow): OrderRow => ({ ...order, state: 'PENDING' })

function unique<T>(rows: readonly T[], idOf: (row: T) => number): readonly T[] {
  return [...new Map(rows.map(row => [idOf(row), row])).values()]
}
