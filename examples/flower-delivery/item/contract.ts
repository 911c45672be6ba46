import type { ServiceContract } from '@outbox-cdc/contracts'
import { itemEvents, stockEvents } from './events.ts'
import { subscriptions } from './subscriptions.ts'

export const contract: ServiceContract = {
  reads: subscriptions,
  publishes: { 'flower.item': itemEvents, 'flower.stock': stockEvents }
}
