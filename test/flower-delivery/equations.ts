import { isGoodEnd } from '@outbox-cdc/flower-delivery/test/ends'
import type { MyPageRow, OrderRow, Rows } from './rows.ts'

/** How many pieces each item had at first. */
export type Stocks = ReadonlyMap<number, number>

/** A sentence for each thing that doesn't hold, although all is calm and every order has come to its end. */
export function problemsAtTheEnd(rows: Rows, stocks: Stocks): readonly string[] {
  const problems: string[] = [...problemsOfPayments(rows), ...problemsOfStock(rows, stocks)]
  const [payments, reservations, shop, deliveries, pages] = [
    new Map(rows.payments.map(row => [row.order_id, row])),
    new Map(rows.reservations.map(row => [row.order_id, row])),
    new Map(rows.shopOrders.map(row => [row.order_id, row])),
    new Map(rows.deliveries.map(row => [row.order_id, row])),
    new Map(rows.myPages.map(row => [row.orderId, row]))
  ]
  for (const order of rows.orders) {
    const payment = payments.get(order.id)
    const delivery = deliveries.get(order.id)
    const states = {
      order: order.state,
      payment: payment?.status,
      item: reservations.get(order.id)?.state,
      shop: shop.get(order.id)?.state,
      delivery: delivery?.delivery_status
    }
    if (!isGoodEnd(states)) problems.push(`order ${order.id} ends as ${JSON.stringify(states)}`)
    if ((payment?.refunded ?? 0) > 0 && (delivery?.departed_at ?? null) !== null)
      problems.push(`order ${order.id} was refunded, and has departed`)
    problems.push(...problemsOfMyPage(order, { states, page: pages.get(order.id) }))
  }
  return problems
}

/** Every order that is paid has one payment, every payment an order, and the sums agree: also while orders are open. */
export function problemsOfPayments({ orders, payments, parked }: Rows): readonly string[] {
  const problems: string[] = [...parked]
  const known = new Map(orders.map(order => [order.id, order]))
  const paymentOf = new Map(payments.map(payment => [payment.order_id, payment]))
  if (paymentOf.size !== payments.length) problems.push('an order has two payments')
  for (const { order_id: id } of payments)
    if (!known.has(id)) problems.push(`payment of order ${id}, which isn't there`)
  for (const { id, state, amount } of orders) {
    const payment = paymentOf.get(id)
    if (state === 'PAYMENT_PENDING' && payment !== undefined)
      problems.push(`order ${id} waits for its payment, which is ${payment.status}`)
    if (state === 'PAID' && !(payment?.status === 'PAID' && payment.amount === amount))
      problems.push(`order ${id} over ${amount} is paid, and its payment is ${JSON.stringify(payment)}`)
  }
  const kept = sum(payments, ({ amount, refunded }) => amount - refunded)
  const owed = sum(orders, ({ state, amount }) => (withoutMoney.has(state) ? 0 : amount))
  if (kept !== owed) problems.push(`payment has kept ${kept}; the orders that weren't refunded are over ${owed}`)
  return problems
}

const withoutMoney: ReadonlySet<string> = new Set(['PAYMENT_PENDING', 'CANCELLED', 'REJECTED'])

/** What is left of an item and what is reserved for orders is what there was. */
export function problemsOfStock({ items, reservations }: Rows, stocks: Stocks): readonly string[] {
  return items.flatMap(({ id, stock_cnt: left }) => {
    const stock = stocks.get(id)
    const live = reservations.filter(row => row.item_id === id && row.state === 'RESERVED')
    const reserved = sum(live, ({ qty }) => qty)
    return stock === undefined || left + reserved === stock
      ? []
      : [`of item ${id} ${left} are left and ${reserved} are reserved; there were ${stock}`]
  })
}

type Seen = {
  readonly states: Readonly<Record<'payment' | 'delivery', string | undefined>>
  readonly page: MyPageRow | undefined
}

/** MyPage says what order, payment and delivery say. */
function problemsOfMyPage({ id, state, qty, amount, reason }: OrderRow, { states, page }: Seen): readonly string[] {
  const said = {
    orderStatus: state,
    paymentStatus: states.payment ?? null,
    deliveryStatus: states.delivery === 'CANCEL_ASKED' ? null : (states.delivery ?? null),
    qty,
    amount,
    itemPrice: amount / qty,
    // A cancellation that was refused stays on MyPage, with its reason.
    ...(state === 'COMPLETED' ? {} : { reason })
  }
  const shown = page && Object.fromEntries(Object.keys(said).map(key => [key, page[key as keyof MyPageRow]]))
  const [expected, found] = [JSON.stringify(said), JSON.stringify(shown)]
  return expected === found ? [] : [`MyPage shows order ${id} as ${found}; the services say ${expected}`]
}

const sum = <T>(rows: readonly T[], of: (row: T) => number) => rows.reduce((total, row) => total + of(row), 0)
