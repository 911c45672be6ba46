import type { ServiceContract } from '@outbox-cdc/contracts'
import { answers } from './answers.ts'
import { paymentEvents } from './events.ts'
import { subscriptions } from './subscriptions.ts'

export const contract: ServiceContract = {
  reads: subscriptions,
  publishes: { 'flower.payment': paymentEvents },
  answers
}
