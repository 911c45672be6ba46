import { generatedId, type OneTripOutbox } from '@outbox-cdc/outbox/one-trip'
import type { OncePerKey } from '../idempotency/once-per-key.ts'
import type { NewOrder, Order } from './order.ts'
import { orderCreated } from './order-events.ts'
import { insertOrder } from './order-store.ts'

/** The request's correlation and trace, which its event carries on, and its idempotency key, if it has one. */
export type Origin = {
  readonly correlationId?: string
  readonly traceparent?: string
  readonly idempotencyKey?: string | undefined
}
export type PlaceOrder = (order: NewOrder, origin: Origin) => Promise<Order>
export type PlaceOrderParts = {
  readonly outbox: OneTripOutbox
  readonly oncePerKey: OncePerKey
  readonly now: () => Date
}

/** Writes the order and its event in one transaction, and in one round trip: both exist afterwards, or neither. */
export function createPlaceOrder({ outbox, oncePerKey, now }: PlaceOrderParts): PlaceOrder {
  return function placeOrder({ name, quantity }, { correlationId, traceparent, idempotencyKey: key }) {
    const payload = { name, quantity }
    return oncePerKey({ key, content: payload }, async ({ claim, save }) => {
      const order = { ...payload, createdAt: now().toISOString() }
      const event = { aggregateId: generatedId, aggregateVersion: 1, payload, correlationId, traceparent } as const
      const results = await outbox.commit([...claim, insertOrder(order), ...save(order)], orderCreated(event))
      return { id: results[claim.length]?.insertId ?? 0, ...order }
    })
  }
}
