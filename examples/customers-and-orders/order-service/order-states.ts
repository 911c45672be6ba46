import type { StateMachine } from '@outbox-cdc/service-kit'

export type OrderState = 'PENDING' | 'CANCEL_PENDING' | 'APPROVED' | 'REJECTED' | 'CANCELLED'

/** A request of the buyer, or an answer of customer-service. */
export type OrderTrigger =
  | 'cancel'
  | 'customer_credit_reserved'
  | 'customer_credit_limit_exceeded'
  | 'customer_validation_failed'

type OrderEvent = 'order_created' | 'order_approved' | 'order_rejected' | 'order_cancelled'

const approve = { to: 'APPROVED', publishes: 'order_approved' } as const
const reject = { to: 'REJECTED', publishes: 'order_rejected' } as const
const cancel = { to: 'CANCELLED', publishes: 'order_cancelled' } as const

const answersComeLate = {
  customer_credit_reserved: 'unchanged',
  customer_credit_limit_exceeded: 'unchanged',
  customer_validation_failed: 'unchanged'
} as const

/** The life of an order. README.md shows it as a diagram, which `npm run diagrams` draws from this table. */
export const orderStates = {
  first: { place: { to: 'PENDING', publishes: 'order_created' } },
  steps: {
    PENDING: {
      cancel: { to: 'CANCEL_PENDING' },
      customer_credit_reserved: approve,
      customer_credit_limit_exceeded: reject,
      customer_validation_failed: reject
    },
    // Only customer-service knows whether credit is reserved, so its answer decides how a cancelled order ends.
    CANCEL_PENDING: {
      cancel: 'unchanged',
      customer_credit_reserved: cancel,
      customer_credit_limit_exceeded: reject,
      customer_validation_failed: reject
    },
    APPROVED: { cancel, ...answersComeLate },
    REJECTED: { cancel: 'refused', ...answersComeLate },
    CANCELLED: { cancel: 'refused', ...answersComeLate }
  },
  listeners: {
    order_created: ['customer-service'],
    order_approved: [],
    order_rejected: [],
    order_cancelled: ['customer-service']
  }
} as const satisfies StateMachine<'place', OrderState, OrderTrigger, OrderEvent>
