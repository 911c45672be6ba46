import { type RequestContext, ServiceUnavailable } from '@outbox-cdc/service-kit'
import type { PaymentGateway } from '../payment/payment-gateway.ts'
import { type Difference, differencesFrom, type Order, orderOf, type Wish } from './order.ts'
import type { Changed, Menu, Orders } from './ports.ts'

/** What becomes of an order whose payment gets no answer: it's paid later, or cancelled at once. */
export type Fallback = 'defer' | 'off'

type Ports = {
  readonly menu: Menu
  readonly orders: Orders
  readonly payments: PaymentGateway
  readonly fallback: Fallback
}

export type Placed =
  | { readonly outcome: 'placed'; readonly order: Order }
  | { readonly outcome: 'unknown_item' }
  | { readonly outcome: 'differs'; readonly differences: readonly Difference[] }
  /** The fallback is off: the order is being cancelled. */
  | { readonly outcome: 'not_paid'; readonly order: Order; readonly cause: ServiceUnavailable }

export type Paid =
  | { readonly outcome: 'paid'; readonly order: Order }
  /** The order is cancelled or rejected, or about to be. */
  | { readonly outcome: 'declined'; readonly order: Order }

/** What a customer can do with orders, whatever the protocol. */
export function createOrdering({ menu, orders, payments, fallback }: Ports) {
  /** Stores the order first and pays afterwards, so that no payment is without its order. */
  async function place(wish: Wish, context: RequestContext): Promise<Placed> {
    // An overloaded payment gets no orders that it can't take: its customers come again in a moment.
    const reservation = payments.reserve()
    try {
      return await placeReserved(wish, context)
    } finally {
      reservation.release()
    }
  }

  async function placeReserved(wish: Wish, context: RequestContext): Promise<Placed> {
    const item = await menu.find(wish.itemId)
    if (item === undefined) return { outcome: 'unknown_item' }
    const differences = differencesFrom(item, wish)
    if (differences.length > 0) return { outcome: 'differs', differences }
    const order = await orders.add(orderOf(item, wish), traceOf(context))
    try {
      return { outcome: 'placed', order: await payFor(order, context) }
    } catch (error) {
      if (!(error instanceof ServiceUnavailable)) throw error
      return await giveUp(order, error, context)
    }
  }

  /** Pays an order that waits for it. A repeat finds it paid. Rejects with a 503 problem if payment doesn't answer. */
  async function pay(id: number, context: RequestContext): Promise<Paid | undefined> {
    const found = await orders.find(id)
    if (found === undefined) return undefined
    const order = found.orderStatus === 'PAYMENT_PENDING' ? await payFor(found, context) : found
    return { outcome: unpayable.has(order.orderStatus) ? 'declined' : 'paid', order }
  }

  /** Asks for the cancellation at the wish of the customer. The service that holds the order decides. */
  function cancel(id: number, context: RequestContext): Promise<Changed | undefined> {
    return orders.change(id, { trigger: 'cancel', reason: 'CUSTOMER', trace: traceOf(context) })
  }

  async function payFor(order: Order, context: RequestContext): Promise<Order> {
    const { id: orderId, itemId, itemName, storeName, userName, qty, itemPrice, amount } = order
    const toPay = { orderId, itemId, itemName, storeName, userName, qty, itemPrice, amount }
    const { paid } = await payments.pay(toPay, context)
    // The event `paid` may have been faster. A declined one was cancelled, and payment has published that.
    const changed = paid ? await orders.change(orderId, { trigger: 'paid' }) : undefined
    return changed?.order ?? (await current(order))
  }

  async function giveUp(order: Order, cause: ServiceUnavailable, context: RequestContext): Promise<Placed> {
    if (fallback === 'defer') return { outcome: 'placed', order: await current(order) }
    const trace = traceOf(context)
    // If the event `paid` came before the time was over, the order is paid after all.
    const onlyIn = 'PAYMENT_PENDING'
    const changed = await orders.change(order.id, { trigger: 'cancel', reason: 'PAYMENT_UNAVAILABLE', onlyIn, trace })
    const after = changed?.order ?? order
    return after.orderStatus === 'PAID'
      ? { outcome: 'placed', order: after }
      : { outcome: 'not_paid', order: after, cause }
  }

  const current = async (order: Order) => (await orders.find(order.id)) ?? order

  return { place, pay, cancel }
}

const unpayable: ReadonlySet<string> = new Set(['PAYMENT_PENDING', 'CANCELLING', 'CANCELLED', 'REJECTED'])

const traceOf = ({ traceparent, actor }: RequestContext) => ({ traceparent, actor })
