import type { Outbox } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import type { NewOrder, Order } from './order.ts'
import { orderCreated } from './order-events.ts'
import { insertOrder } from './order-store.ts'

/** Where a request comes from; its event carries this on. */
export type Origin = { readonly correlationId?: string; readonly traceparent?: string }
export type PlaceOrder = (order: NewOrder, origin: Origin) => Promise<Order>
export type PlaceOrderParts = { readonly db: Knex; readonly outbox: Outbox; readonly now: () => Date }

/** The order and its event are written in one transaction: both are there afterwards, or neither. */
export function createPlaceOrder({ db, outbox, now }: PlaceOrderParts): PlaceOrder {
  return function placeOrder({ name, quantity }, { correlationId, traceparent }) {
    return db.transaction(async trx => {
      const order = await insertOrder(trx, { name, quantity }, now())
      const event = { aggregateId: order.id, aggregateVersion: 1, payload: { name, quantity } }
      await outbox.append(trx, orderCreated({ ...event, correlationId, traceparent }))
      return order
    })
  }
}
