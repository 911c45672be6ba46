import { Problem, type RequestContext, type ServiceUnavailable, validated } from '@outbox-cdc/service-kit'
import type { Difference, Order } from './orders/order.ts'
import type { createOrdering, Placed } from './orders/ordering.ts'
import { newOrderSchema } from './requests.ts'

/** What a client sent, and what its protocol calls that as a whole. */
type Sent = { readonly input: unknown; readonly whole: string; readonly context: RequestContext }

/** Places the order that a client of any protocol asks for. Rejects with the problem that refuses it. */
export async function placeOrder(ordering: ReturnType<typeof createOrdering>, sent: Sent): Promise<Order> {
  const wish = validated(newOrderSchema, sent.input, sent.whole)
  return placedOr(await ordering.place(wish, sent.context), wish.itemId)
}

function placedOr(placed: Placed, itemId: number): Order {
  if (placed.outcome === 'unknown_item') throw unknownItem(itemId)
  if (placed.outcome === 'differs') throw differs(placed.differences)
  if (placed.outcome === 'not_paid') throw notPaid(placed.order, placed.cause)
  return placed.order
}

const unknownItem = (itemId: number) => {
  const errors = [{ field: 'itemId', message: 'is not on the menu' }]
  const detail = `There is no item ${itemId} on the menu`
  return new Problem(422, { type: 'unknown-item', title: 'The item is not known', detail, errors })
}

const differs = (differences: readonly Difference[]) =>
  new Problem(409, {
    type: 'menu-differs',
    title: 'The menu says otherwise',
    detail: `${differences.map(({ field, message }) => `${field} ${message}`).join('; ')}. Nothing was ordered`,
    errors: [...differences]
  })

const notPaid = ({ id }: Order, cause: ServiceUnavailable) => {
  const detail = `Payment doesn't answer, so order ${id} is being cancelled`
  const { headers = {} } = cause.input
  return new Problem(503, { type: 'unavailable', title: 'Not available now', detail, headers }, { cause })
}
