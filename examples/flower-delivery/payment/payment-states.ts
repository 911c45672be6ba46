import type { StateMachine } from '@outbox-cdc/service-kit'

/** VOID: the order was cancelled before it was paid, and can't be paid any more. */
export type PaymentState = 'PAID' | 'VOID' | 'CANCELLED' | 'FORCIBLY_CANCELLED'

/** The request of order's service, and what happens to the order later. */
export type PaymentTrigger = 'pay' | 'order_cancel_requested' | 'order_cancelled' | 'rejected'

type PaymentEvent = 'paid' | 'payment_cancelled' | 'payment_forcibly_cancelled'

const comesLate = { order_cancel_requested: 'unchanged', order_cancelled: 'unchanged', rejected: 'unchanged' } as const

/** The life of a payment. README.md shows it as a diagram, which `npm run diagrams` draws from this table. */
export const paymentStates = {
  first: {
    pay: { to: 'PAID', publishes: 'paid' },
    // Nothing is paid, so payment decides: it never will be.
    order_cancel_requested: { to: 'VOID', publishes: 'payment_cancelled' },
    order_cancelled: { to: 'VOID' },
    rejected: { to: 'VOID' }
  },
  steps: {
    PAID: {
      // The same order pays once: a repeat gets the same answer.
      pay: 'unchanged',
      // The order went on to stock and shop, so they decide. The money goes back last, once the order is cancelled.
      order_cancel_requested: 'unchanged',
      order_cancelled: { to: 'CANCELLED', publishes: 'payment_cancelled' },
      rejected: { to: 'FORCIBLY_CANCELLED', publishes: 'payment_forcibly_cancelled' }
    },
    VOID: { pay: 'refused', ...comesLate },
    CANCELLED: { pay: 'refused', ...comesLate },
    FORCIBLY_CANCELLED: { pay: 'refused', ...comesLate }
  },
  listeners: {
    paid: ['order', 'item'],
    payment_cancelled: ['order'],
    payment_forcibly_cancelled: ['order']
  }
} as const satisfies StateMachine<PaymentTrigger, PaymentState, PaymentTrigger, PaymentEvent>
