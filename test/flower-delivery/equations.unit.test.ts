import { expect, it } from 'vitest'
import { problemsAtTheEnd, problemsOfPayments } from './equations.ts'
import type { Rows } from './rows.ts'

const order = { id: 1, item_id: 7, qty: 2, amount: 100_000, state: 'COMPLETED', reason: null }
const payment = { order_id: 1, status: 'PAID', amount: 100_000, refunded: 0 }
const page = {
  orderId: 1,
  qty: 2,
  itemPrice: 50_000,
  amount: 100_000,
  orderStatus: 'COMPLETED',
  paymentStatus: 'PAID',
  deliveryStatus: 'COMPLETED',
  reason: null
}
const rows: Rows = {
  orders: [order],
  payments: [payment],
  reservations: [{ order_id: 1, item_id: 7, qty: 2, state: 'RESERVED' }],
  items: [{ id: 7, stock_cnt: 3 }],
  shopOrders: [{ order_id: 1, state: 'DECORATED' }],
  deliveries: [{ order_id: 1, delivery_status: 'COMPLETED', departed_at: new Date() }],
  myPages: [page],
  parked: []
}
const stocks = new Map([[7, 5]])
const problemsWith = (more: Partial<Rows>) => problemsAtTheEnd({ ...rows, ...more }, stocks)
const waits = { orders: [{ ...order, state: 'PAYMENT_PENDING' }] }

it('finds nothing wrong with an order that was brought', () => expect(problemsWith({})).toEqual([]))

it.each([
  ['an order that has come to no end', { orders: [{ ...order, state: 'DEPARTED' }] }, 'order 1 ends as'],
  ['a stock that lacks a piece', { items: [{ id: 7, stock_cnt: 2 }] }, 'of item 7 2 are left and 2 are reserved'],
  ['a refund after the departure', { payments: [{ ...payment, refunded: 100_000 }] }, 'was refunded, and has departed'],
  ['a payment without its order', { payments: [payment, { ...payment, order_id: 2 }] }, "order 2, which isn't there"],
  ['two payments of an order', { payments: [payment, payment] }, 'two payments'],
  ['money that was kept too much', { payments: [{ ...payment, amount: 100_001 }] }, 'payment has kept 100001'],
  ['an event that was parked', { parked: ['shop has parked {}'] }, 'shop has parked'],
  ['a MyPage that is behind', { myPages: [{ ...page, orderStatus: 'DEPARTED' }] }, 'MyPage shows order 1 as'],
  ['a MyPage that never came', { myPages: [] }, 'MyPage shows order 1 as undefined']
])('finds %s', (_what, more, problem) => {
  expect(problemsWith(more)).toContainEqual(expect.stringContaining(problem))
})

it('lets an order wait for its payment only if there is none', () => {
  expect(problemsOfPayments({ ...rows, ...waits, payments: [] })).toEqual([])
  expect(problemsOfPayments({ ...rows, ...waits })).toContainEqual('order 1 waits for its payment, which is PAID')
  const paid = { ...rows, orders: [{ ...order, state: 'PAID' }], payments: [] }
  expect(problemsOfPayments(paid)).toContainEqual('order 1 over 100000 is paid, and its payment is undefined')
})
