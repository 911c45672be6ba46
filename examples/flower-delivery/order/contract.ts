import type { ServiceContract } from '@outbox-cdc/contracts'
import { orderEvents } from './events.ts'
import { paymentQuestions } from './payment/questions.ts'
import { subscriptions } from './subscriptions.ts'

export const contract: ServiceContract = {
  asks: { payment: paymentQuestions },
  reads: subscriptions,
  publishes: { 'flower.order': orderEvents }
}
