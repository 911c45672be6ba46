import type { ServiceContract } from '@outbox-cdc/contracts'
import { shopEvents } from './events.ts'
import { subscriptions } from './subscriptions.ts'

export const contract: ServiceContract = { reads: subscriptions, publishes: { 'flower.shop': shopEvents } }
