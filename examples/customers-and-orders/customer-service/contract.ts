import type { ServiceContract } from '@outbox-cdc/contracts'
import { answers } from './events.ts'
import { onOrders } from './orders.ts'

export const contract: ServiceContract = { reads: { orderTopic: onOrders }, publishes: { customerTopic: answers } }
