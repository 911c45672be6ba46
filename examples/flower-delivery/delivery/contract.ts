import type { ServiceContract } from '@outbox-cdc/contracts'
import { deliveryEvents } from './events.ts'
import { topics } from './on-events.ts'

export const contract: ServiceContract = { reads: topics, publishes: { 'flower.delivery': deliveryEvents } }
