import type { ServiceContract } from '@outbox-cdc/contracts'
import { onOrderCreated, orderCreated } from './messaging/on-order-created.ts'

export const contract: ServiceContract = {
  reads: { 'orders_server.orders.outbox': { [orderCreated.name]: onOrderCreated } }
}
