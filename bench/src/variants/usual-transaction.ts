import type { OutboundEvent } from '@outbox-cdc/outbox'
import { orderCreated } from '@outbox-cdc/order-service/orders/order-events'
import type { PlaceOrder } from '@outbox-cdc/order-service/orders/place-order'
import type { Knex } from 'knex'

/** What becomes of the event before the COMMIT. */
export type Append = (trx: Knex.Transaction, event: OutboundEvent) => Promise<void>

/** The transaction that most services have: BEGIN, the INSERT of the order, what `append` sends, COMMIT, one after the other. */
export function usualTransaction(db: Knex, append: Append): PlaceOrder {
  return function placeOrder({ name, quantity }, { correlationId, traceparent }) {
    return db.transaction(async trx => {
      const createdAt = new Date()
      const [id = 0] = await trx('customer_order').insert({ name, quantity, created_at: createdAt })
      const event = { aggregateId: id, aggregateVersion: 1, payload: { name, quantity } }
      await append(trx, orderCreated({ ...event, correlationId, traceparent }))
      return { id, name, quantity, createdAt: createdAt.toISOString() }
    })
  }
}
