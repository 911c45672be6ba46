import type { StateMachine } from '@outbox-cdc/service-kit'

export type OrderState = 'PAYMENT_PENDING' | 'PAID' | 'CANCELLING' | 'DEPARTED' | 'COMPLETED' | 'CANCELLED' | 'REJECTED'

/** A request of the customer, an order that isn't paid in time, or what another service has done with the order. */
export type OrderTrigger =
  | 'cancel'
  | 'paid'
  | 'payment_cancelled'
  | 'item_out_of_stock'
  | 'rejected'
  | 'registration_cancelled'
  | 'departed_for_delivery'
  | 'delivery_completed'
  | 'delivery_cancelled'
  | 'delivery_cancel_refused'

type OrderEvent = 'ordered' | 'order_cancel_requested' | 'order_cancelled'

const cancelled = { to: 'CANCELLED', publishes: 'order_cancelled' } as const
const askToCancel = { to: 'CANCELLING', publishes: 'order_cancel_requested' } as const

// The holder of an order decides on its fate. Topics don't wait for each other, so its word may come before `paid`.
const decidedByTheHolder = {
  payment_cancelled: cancelled,
  item_out_of_stock: cancelled,
  registration_cancelled: cancelled,
  delivery_cancelled: cancelled,
  rejected: { to: 'REJECTED' },
  delivery_completed: { to: 'COMPLETED' }
} as const

const final = {
  paid: 'unchanged',
  payment_cancelled: 'unchanged',
  item_out_of_stock: 'unchanged',
  rejected: 'unchanged',
  registration_cancelled: 'unchanged',
  departed_for_delivery: 'unchanged',
  delivery_completed: 'unchanged',
  delivery_cancelled: 'unchanged',
  delivery_cancel_refused: 'unchanged'
} as const

/** The life of an order. README.md shows it as a diagram, which `npm run diagrams` draws from this table. */
export const orderStates = {
  first: { place: { to: 'PAYMENT_PENDING', publishes: 'ordered' } },
  steps: {
    PAYMENT_PENDING: {
      cancel: askToCancel,
      paid: { to: 'PAID' },
      ...decidedByTheHolder,
      departed_for_delivery: { to: 'DEPARTED' },
      delivery_cancel_refused: { to: 'DEPARTED' }
    },
    PAID: {
      cancel: askToCancel,
      paid: 'unchanged',
      ...decidedByTheHolder,
      departed_for_delivery: { to: 'DEPARTED' },
      delivery_cancel_refused: { to: 'DEPARTED' }
    },
    // Departure isn't the answer: it may have happened before the request, and the refusal follows it.
    CANCELLING: {
      cancel: 'unchanged',
      paid: 'unchanged',
      ...decidedByTheHolder,
      departed_for_delivery: 'unchanged',
      delivery_cancel_refused: { to: 'DEPARTED' }
    },
    // No way back: money and stock stay where they are. The request is still asked, so that MyPage shows the refusal.
    DEPARTED: { ...final, cancel: askToCancel, delivery_completed: { to: 'COMPLETED' } },
    COMPLETED: { ...final, cancel: 'refused' },
    CANCELLED: { ...final, cancel: 'unchanged' },
    REJECTED: { ...final, cancel: 'refused' }
  },
  listeners: {
    ordered: ['order'],
    order_cancel_requested: ['payment', 'shop', 'delivery'],
    order_cancelled: ['payment', 'item']
  }
} as const satisfies StateMachine<'place', OrderState, OrderTrigger, OrderEvent>
