import { ServiceUnavailable } from '@outbox-cdc/service-kit'
import type { OrderToPay, PaymentGateway } from './payment-gateway.ts'

type FakePaymentGateway = PaymentGateway & {
  /** What was paid, by order. */
  readonly paid: ReadonlyMap<number, OrderToPay>
  /** Lets an order never be paid, as payment does when it hears of the cancellation first. */
  readonly void: (orderId: number) => void
  /** From now on payment doesn't answer. */
  readonly down: () => void
  /** The same, and the breaker knows. */
  readonly open: () => void
  readonly up: () => void
}

/** Payments in memory. A test lets it fail, and otherwise it answers as the real one does. */
export function fakePaymentGateway(): FakePaymentGateway {
  const paid = new Map<number, OrderToPay>()
  const voided = new Set<number>()
  let state: 'up' | 'down' | 'open' = 'up'
  return {
    paid,
    void: orderId => void voided.add(orderId),
    down: () => void (state = 'down'),
    open: () => void (state = 'open'),
    up: () => void (state = 'up'),
    reserve() {
      if (state === 'open') throw unavailable('it failed several times, so it is left alone', 3)
      return { release: () => undefined }
    },
    async pay(order, { deadline, signal }) {
      if (signal.aborted || Date.now() >= deadline) throw unavailable('the time was over', 1)
      if (state !== 'up') throw unavailable('no connection', 1)
      if (voided.has(order.orderId)) return { paid: false, declined: `Order ${order.orderId} was cancelled` }
      if (!paid.has(order.orderId)) paid.set(order.orderId, order)
      return { paid: true }
    }
  }
}

const unavailable = (reason: string, retryAfterSeconds: number) =>
  new ServiceUnavailable({ service: 'payment', reason, retryAfterSeconds })
