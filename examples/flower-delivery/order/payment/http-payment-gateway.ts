import type { ServiceClients } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import type { PaymentGateway } from './payment-gateway.ts'

// What order needs of the answer. Payment may add fields.
export const paymentSchema = z.object({ orderId: z.int(), paymentStatus: z.literal('PAID') })

/** The customer waits for it, and payment takes ten at a time. */
const settings = {
  timeoutMs: 610,
  window: { ms: 10_000, share: 0.5, leastCalls: 20 },
  openMs: 3000,
  mostInFlight: 10
} as const

/** Pays at the service payment. */
export function httpPaymentGateway(clients: ServiceClients, url: string): PaymentGateway {
  const client = clients.to('payment', url, settings)
  return {
    reserve: () => client.reserve(),
    async pay(order, context) {
      const id = String(order.orderId)
      const { declined } = await client.post('/payments', {
        body: order,
        schema: paymentSchema,
        idempotencyKey: id,
        context: { ...context, correlationId: id }
      })
      if (declined === undefined) return { paid: true }
      return { paid: false, declined: declined.detail ?? declined.title }
    }
  }
}
