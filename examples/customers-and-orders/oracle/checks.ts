import { writeMoney } from '@outbox-cdc/service-kit'

/** An order as order-service has it. Amounts are hundredths. */
export type OrderRow = {
  readonly id: number
  readonly customerId: number
  readonly total: bigint
  readonly state: string
}

/** An order as customer-service has it. */
export type ReservationRow = {
  readonly orderId: number
  readonly customerId: number
  /** Null if the order named no amount. */
  readonly total: bigint | null
  readonly state: string
}

export type CustomerRow = {
  readonly id: number
  /** Undefined if there is no such customer. */
  readonly limit: bigint | undefined
  readonly reserved: bigint
}

export type Found = {
  /** How many rows were looked at. */
  readonly checked: number
  /** One sentence each. */
  readonly violations: readonly string[]
  /** The orders that are on their way: nothing is wrong, and nothing is settled. */
  readonly settling: readonly number[]
}

/** The reservations of no customer exceed the limit, not for a moment. */
export function checkLimits(customers: readonly CustomerRow[]): Found {
  const violations = customers.flatMap(({ id, limit, reserved }) => {
    if (reserved <= (limit ?? 0n)) return []
    return [
      `customer ${id} has ${writeMoney(reserved)} reserved, and ${limit === undefined ? 'is not registered' : `the limit is ${writeMoney(limit)}`}`
    ]
  })
  return { checked: customers.length, violations, settling: [] }
}

type Both = { readonly orders: readonly OrderRow[]; readonly reservations: readonly ReservationRow[] }

/** What is reserved for a customer is the sum of the approved orders. An order on its way counts on neither side. */
export function checkSums({ orders, reservations }: Both): Found {
  const byOrder = new Map(reservations.map(row => [row.orderId, row]))
  const settling = new Set(orders.filter(order => isOnItsWay(order, byOrder.get(order.id))).map(({ id }) => id))
  const approved = new Map<number, bigint>()
  const reserved = new Map<number, bigint>()
  const add = (sums: Map<number, bigint>, customer: number, total: bigint) =>
    void sums.set(customer, (sums.get(customer) ?? 0n) + total)
  for (const { id, customerId, total, state } of orders)
    if (state === 'APPROVED' && !settling.has(id)) add(approved, customerId, total)
  for (const { orderId, customerId, total, state } of reservations)
    if (state === 'APPROVED' && !settling.has(orderId)) add(reserved, customerId, total ?? 0n)
  const violations = [...new Set([...approved.keys(), ...reserved.keys()])].flatMap(customer => {
    const [of, by] = [approved.get(customer) ?? 0n, reserved.get(customer) ?? 0n]
    return of === by
      ? []
      : [`customer ${customer} has ${writeMoney(by)} reserved for approved orders of ${writeMoney(of)}`]
  })
  return { checked: orders.length - settling.size, violations, settling: [] }
}

/** Every order is final, and both services say the same about it. */
export function checkAgreement({ orders, reservations }: Both): Found {
  const byOrder = new Map(reservations.map(row => [row.orderId, row]))
  const known = new Set(orders.map(({ id }) => id))
  const settling = orders.filter(order => isOnItsWay(order, byOrder.get(order.id))).map(({ id }) => id)
  const open = new Set(settling)
  const disagreeing = orders.flatMap(({ id, state }) => {
    const other = byOrder.get(id)?.state
    if (open.has(id) || state === other) return []
    return [`order ${id} is ${state}, and ${other ?? 'unknown'} to customer-service`]
  })
  const orphans = reservations.filter(({ orderId }) => !known.has(orderId))
  const unknown = orphans.map(
    ({ orderId, state }) => `order ${orderId} is ${state} to customer-service, and does not exist`
  )
  return { checked: orders.length, violations: [...disagreeing, ...unknown], settling }
}

/** It waits for an answer, or its cancellation has not reached customer-service yet. */
function isOnItsWay({ state }: OrderRow, reservation: ReservationRow | undefined): boolean {
  if (state === 'PENDING' || state === 'CANCEL_PENDING') return true
  return state === 'CANCELLED' && reservation?.state === 'APPROVED'
}
