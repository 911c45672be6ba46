import type { Outbox } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
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
  readonly db: Knex
  readonly outbox: Outbox
  readonly oncePerKey: OncePerKey
  readonly now: () => Date
}

/** Writes the order and its event in one transaction: both exist afterwards, or neither. */
export function createPlaceOrder({ db, outbox, oncePerKey, now }: PlaceOrderParts): PlaceOrder {
  return function placeOrder({ name, quantity }, { correlationId, traceparent, idempotencyKey: key }) {
    return db.transaction(trx =>
      oncePerKey(trx, { key, content: { name, quantity } }, async () => {
        const order = await insertOrder(trx, { name, quantity }, now())
        const event = { aggregateId: order.id, aggregateVersion: 1, payload: { name, quantity } }
        await outbox.append(trx, orderCreated({ ...event, correlationId, traceparent }))
        return order
      })
    )
  }
}
