import type { Money, StateMachine } from '@outbox-cdc/service-kit'

/** An order as this service has decided it. Only APPROVED orders hold credit. */
export type ReservationState = 'APPROVED' | 'REJECTED' | 'CANCELLED'

type Decision = 'order_created [fits]' | 'order_created [over the limit]' | 'order_created [invalid]'
type CustomerEvent = 'customer_credit_reserved' | 'customer_credit_limit_exceeded' | 'customer_validation_failed'

const decidedBefore = {
  'order_created [fits]': 'unchanged',
  'order_created [over the limit]': 'unchanged',
  'order_created [invalid]': 'unchanged'
} as const

/** The life of a reservation. README.md shows it as a diagram, which `npm run diagrams` draws from this table. */
export const reservationStates = {
  first: {
    'order_created [fits]': { to: 'APPROVED', publishes: 'customer_credit_reserved' },
    'order_created [over the limit]': { to: 'REJECTED', publishes: 'customer_credit_limit_exceeded' },
    'order_created [invalid]': { to: 'REJECTED', publishes: 'customer_validation_failed' },
    // Its order_created was skipped by a person: if it comes after all, it must not reserve.
    order_cancelled: { to: 'CANCELLED' }
  },
  steps: {
    APPROVED: { ...decidedBefore, order_cancelled: { to: 'CANCELLED' } },
    REJECTED: { ...decidedBefore, order_cancelled: 'unchanged' },
    CANCELLED: { ...decidedBefore, order_cancelled: 'unchanged' }
  },
  listeners: {
    customer_credit_reserved: ['order-service'],
    customer_credit_limit_exceeded: ['order-service'],
    customer_validation_failed: ['order-service']
  }
} as const satisfies StateMachine<
  Decision | 'order_cancelled',
  ReservationState,
  Decision | 'order_cancelled',
  CustomerEvent
>

export const rejectReasons = ['CREDIT_LIMIT_EXCEEDED', 'UNKNOWN_CUSTOMER', 'INVALID_AMOUNT'] as const
type RejectReason = (typeof rejectReasons)[number]

type Request = {
  /** Undefined if there is no such customer. */
  readonly creditLimit: Money | undefined
  readonly reserved: Money
  /** Undefined if the order's total is no amount. */
  readonly orderTotal: Money | undefined
}

/** Decides on an order that was created. An order that takes exactly the rest of the limit fits. */
export function decide({ creditLimit, reserved, orderTotal }: Request): {
  readonly trigger: Decision
  readonly reason: RejectReason | undefined
} {
  if (creditLimit === undefined) return { trigger: 'order_created [invalid]', reason: 'UNKNOWN_CUSTOMER' }
  if (orderTotal === undefined || orderTotal <= 0n)
    return { trigger: 'order_created [invalid]', reason: 'INVALID_AMOUNT' }
  if (orderTotal > creditLimit - reserved)
    return { trigger: 'order_created [over the limit]', reason: 'CREDIT_LIMIT_EXCEEDED' }
  return { trigger: 'order_created [fits]', reason: undefined }
}
