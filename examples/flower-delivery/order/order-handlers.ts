import { defineEvent, type EventDefinition, handle } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import { z } from 'zod'
import { orderEvents } from './events.ts'
import type { Details, FactName } from './my-page/facts.ts'
import { recordFact } from './my-page/my-page-store.ts'
import { orderStates, type OrderTrigger } from './order-states.ts'
import { changeOrder } from './order-store.ts'

// Only the fields that this service reads. It shares no code with the services that publish these events.
const from =
  (aggregate: string) =>
  <const Name extends string, Schema extends z.ZodType>(name: Name, payload: Schema) =>
    defineEvent({ aggregate, version: 1, name, payload })
const [payment, stock, shop, delivery] = [from('payment'), from('stock'), from('shop'), from('delivery')]
const empty = z.object({})
const plain = () => ({})

/** The handlers of the topics whose events are about one order. This service reads its own topic for MyPage. */
export const orderHandlers = {
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

/** Does to the order what its table says, and writes into MyPage what the event tells. */
function on<Name extends FactName, Schema extends z.ZodType>(
  definition: EventDefinition<Name, Schema, 'integer'>,
  detailsOf: (payload: z.output<Schema>) => Details[Name]
) {
  const handler = handle(definition, async ({ name, aggregateId: id, createdAt: at, payload }, trx) => {
    const details = detailsOf(payload)
    if (isTrigger(name)) await settle(trx, id, { trigger: name, ...details })
    await recordFact(trx, id, { name, fact: { ...details, at } })
  })
  return { [definition.name]: handler }
}

const isTrigger = (name: string): name is OrderTrigger => Object.hasOwn(orderStates.steps.PAYMENT_PENDING, name)

type Cause = { readonly trigger: OrderTrigger; readonly rejectReason?: string }

async function settle(trx: Knex.Transaction, id: number, { trigger, rejectReason }: Cause): Promise<void> {
  const changed = await changeOrder(trx, id, { trigger, reason: rejectReason })
  // Parks the event: orders are never deleted, so waiting doesn't help.
  if (changed === undefined) throw Object.assign(new Error(`There is no order ${id}`), { retryable: false })
}
