import { defineEvent, type EventDefinition, handle } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import { z } from 'zod'
import { orderEvents } from './events.ts'
import type { Details, FactName, News } from './my-page/facts.ts'

// Only the fields that this service reads. It shares no code with the services that publish these events.
const from =
  (aggregate: string) =>
  <const Name extends string, Schema extends z.ZodType>(name: Name, payload: Schema) =>
    defineEvent({ aggregate, version: 1, name, payload })
const [payment, stock, shop, delivery] = [from('payment'), from('stock'), from('shop'), from('delivery')]
const empty = z.object({})
const plain = () => ({})

type Work = <Name extends FactName>(trx: Knex.Transaction, news: News<Name>) => Promise<void>

/** Handlers that do `work` for the events of all topics that are about one order. This service reads its own topic, too. */
export function orderTopics(work: Work) {
  return {
    'flower.order': {
      ...on(orderEvents.ordered, ordered => ordered),
      ...on(orderEvents.order_cancel_requested, ({ reason }) => ({ cancelRequestReason: reason })),
      ...on(orderEvents.order_cancelled, ({ reason }) => ({ cancelReason: reason }))
    },
    'flower.payment': {
      ...on(payment('paid', empty), plain),
      ...on(payment('payment_cancelled', z.object({ amount: z.int() })), ({ amount }) => ({ refunded: amount })),
      ...on(payment('payment_forcibly_cancelled', empty), plain)
    },
    'flower.stock': on(stock('item_out_of_stock', empty), plain),
    'flower.shop': {
      ...on(shop('received', empty), plain),
      ...on(shop('decorated', empty), plain),
      ...on(shop('rejected', z.object({ reason: z.string() })), ({ reason }) => ({ rejectReason: reason })),
      ...on(shop('registration_cancelled', empty), plain)
    },
    'flower.delivery': {
      ...on(delivery('departed_for_delivery', empty), plain),
      ...on(delivery('delivery_completed', empty), plain),
      ...on(delivery('delivery_cancelled', empty), plain),
      ...on(delivery('delivery_cancel_refused', empty), plain)
    }
  }

  function on<Name extends FactName, Schema extends z.ZodType>(
    definition: EventDefinition<Name, Schema, 'integer'>,
    detailsOf: (payload: z.output<Schema>) => Details[Name]
  ) {
    const handler = handle(definition, ({ name, aggregateId: orderId, createdAt: at, payload }, trx) =>
      work(trx, { orderId, name, fact: { ...detailsOf(payload), at } })
    )
    return { [definition.name]: handler }
  }
}
