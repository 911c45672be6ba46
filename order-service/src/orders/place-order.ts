import type { Outbox } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import type { OncePerKey } from '../idempotency/once-per-key.ts'
import type { NewOrder, Order } from './order.ts'
import { orderCreated } from './order-events.ts'
import { insertOrder } from './order-store.ts'

/** Where a request comes from, which its event carries on, and the key under which it is repeated, if it is. */
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

/** The order and its event are written in one transaction: both are there afterwards, or neither. */
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
