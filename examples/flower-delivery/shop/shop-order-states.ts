import type { StateMachine } from '@outbox-cdc/service-kit'

/** CANCEL_ASKED: the cancellation overtook the order, which still comes. */
export type ShopOrderState = 'CANCEL_ASKED' | 'WAITING' | 'RECEIVED' | 'DECORATED' | 'REJECTED' | 'CANCELLED'

/** What the shop owner does, and what happens to the order elsewhere. */
export type ShopOrderTrigger = 'receive' | 'decorate' | 'reject' | 'stock_reserved' | 'order_cancel_requested'

type ShopEvent = 'received' | 'decorated' | 'rejected' | 'registration_cancelled'

const cancel = { to: 'CANCELLED', publishes: 'registration_cancelled' } as const
const reject = { to: 'REJECTED', publishes: 'rejected' } as const
const refused = { receive: 'refused', decorate: 'refused', reject: 'refused' } as const

/** The shop's view of an order. README.md shows it as a diagram, which `npm run diagrams` draws from this table. */
export const shopOrderStates = {
  first: {
    stock_reserved: { to: 'WAITING' },
    // Perhaps the order never comes, because it isn't paid or out of stock: then payment or item answer.
    order_cancel_requested: { to: 'CANCEL_ASKED' }
  },
  steps: {
    CANCEL_ASKED: { ...refused, stock_reserved: cancel, order_cancel_requested: 'unchanged' },
    WAITING: {
      ...refused,
      receive: { to: 'RECEIVED', publishes: 'received' },
      reject,
      stock_reserved: 'unchanged',
      order_cancel_requested: cancel
    },
    RECEIVED: {
      receive: 'unchanged',
      decorate: { to: 'DECORATED', publishes: 'decorated' },
      reject,
      stock_reserved: 'unchanged',
      order_cancel_requested: cancel
    },
    // The rider's service has the order, or gets it: it answers the request.
    DECORATED: { ...refused, decorate: 'unchanged', stock_reserved: 'unchanged', order_cancel_requested: 'unchanged' },
    // `rejected` is the answer to the request too.
    REJECTED: { ...refused, reject: 'unchanged', stock_reserved: 'unchanged', order_cancel_requested: 'unchanged' },
    CANCELLED: { ...refused, stock_reserved: 'unchanged', order_cancel_requested: 'unchanged' }
  },
  listeners: {
    received: ['order'],
    decorated: ['order', 'delivery'],
    rejected: ['order', 'payment', 'item'],
    registration_cancelled: ['order']
  }
} as const satisfies StateMachine<
  'stock_reserved' | 'order_cancel_requested',
  ShopOrderState,
  ShopOrderTrigger,
  ShopEvent
>
