import type { ServiceContract } from '@outbox-cdc/contracts'
import { orderCreated } from './orders/order-events.ts'

export const contract: ServiceContract = {
  publishes: { 'orders_server.orders.outbox': { [orderCreated.name]: orderCreated } }
}
