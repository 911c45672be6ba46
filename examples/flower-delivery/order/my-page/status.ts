import type { Fact, Facts } from './facts.ts'

export const orderStatuses = [
  'PAYMENT_PENDING',
  'PAID',
  'RECEIVED',
  'DECORATED',
  'DEPARTED',
  'COMPLETED',
  'CANCELLING',
  'CANCELLED',
  'REJECTED'
] as const
export const paymentStatuses = ['PAID', 'VOID', 'CANCELLED', 'FORCIBLY_CANCELLED'] as const
export const deliveryStatuses = ['REQUESTED', 'DEPARTED', 'COMPLETED', 'CANCELLED'] as const
export const cancellations = ['REQUESTED', 'ACCEPTED', 'REFUSED', 'OVERTAKEN'] as const

/** As its customer sees the order. */
export type Status = {
  readonly orderStatus: (typeof orderStatuses)[number]
  readonly paymentStatus: (typeof paymentStatuses)[number] | null
  readonly deliveryStatus: (typeof deliveryStatuses)[number] | null
  /** What became of the request to cancel the order. OVERTAKEN: the shop had rejected the order before. */
  readonly cancellation: (typeof cancellations)[number] | null
  readonly reason: string | null
  readonly updatedAt: Date
}

/** What an order looks like. The facts alone decide, never the order in which they came. */
export function statusOf(facts: Facts): Status {
  return {
    orderStatus: orderStatusOf(facts),
    paymentStatus: paymentStatusOf(facts),
    deliveryStatus: deliveryStatusOf(facts),
    cancellation: cancellationOf(facts),
    reason: reasonOf(facts),
    updatedAt: new Date(Math.max(...Object.values(facts).map(({ at }: Fact) => at.getTime())))
  }
}

function orderStatusOf(facts: Facts): Status['orderStatus'] {
  if (facts.delivery_completed) return 'COMPLETED'
  if (facts.order_cancelled) return 'CANCELLED'
  if (facts.rejected) return 'REJECTED'
  if (facts.departed_for_delivery ?? facts.delivery_cancel_refused) return 'DEPARTED'
  if (facts.order_cancel_requested ?? facts.item_out_of_stock) return 'CANCELLING'
  if (facts.registration_cancelled ?? facts.delivery_cancelled) return 'CANCELLING'
  if (facts.decorated) return 'DECORATED'
  if (facts.received) return 'RECEIVED'
  return facts.paid ? 'PAID' : 'PAYMENT_PENDING'
}

function paymentStatusOf(facts: Facts): Status['paymentStatus'] {
  if (facts.payment_forcibly_cancelled) return 'FORCIBLY_CANCELLED'
  if (facts.payment_cancelled) return facts.payment_cancelled.refunded > 0 ? 'CANCELLED' : 'VOID'
  return facts.paid ? 'PAID' : null
}

function deliveryStatusOf(facts: Facts): Status['deliveryStatus'] {
  if (facts.delivery_completed) return 'COMPLETED'
  if (facts.delivery_cancelled) return 'CANCELLED'
  // A refusal says that the rider is on the way or was there.
  if (facts.departed_for_delivery ?? facts.delivery_cancel_refused) return 'DEPARTED'
  return facts.decorated ? 'REQUESTED' : null
}

function cancellationOf(facts: Facts): Status['cancellation'] {
  if (facts.delivery_cancel_refused) return 'REFUSED'
  if (!facts.order_cancel_requested) return null
  if (facts.order_cancelled) return 'ACCEPTED'
  return facts.rejected ? 'OVERTAKEN' : 'REQUESTED'
}

function reasonOf({ rejected, order_cancelled, order_cancel_requested }: Facts): string | null {
  return rejected?.rejectReason ?? order_cancelled?.cancelReason ?? order_cancel_requested?.cancelRequestReason ?? null
}
