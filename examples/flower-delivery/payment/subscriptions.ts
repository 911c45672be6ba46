import { onOrders } from './orders.ts'
import { onShop } from './shop.ts'

/** What this service does on which event. */
export const subscriptions = { 'flower.order': onOrders, 'flower.shop': onShop }
