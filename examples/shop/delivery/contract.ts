import type { ServiceContract } from '@outbox-cdc/contracts'
import { onPurchases } from './purchases.ts'

export const contract: ServiceContract = { reads: { 'shop.purchases': onPurchases } }
