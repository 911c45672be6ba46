import { moneyTextSchema, type ServiceClient } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import type { AccountDirectory, ProductCatalogue } from './ports.ts'

// What purchase needs of the answers. Their owners may add fields.
export const accountSchema = z.object({ id: z.int(), name: z.string(), address: z.string() })
export const productSchema = z.object({ id: z.int(), name: z.string(), price: moneyTextSchema })

/** The accounts of the service account. */
export function httpAccountDirectory(client: ServiceClient): AccountDirectory {
  return {
    findByName: (name, context) =>
      client.get('/accounts/search/findByName', { schema: accountSchema, query: { name }, context })
  }
}

/** The products of the service product. */
export function httpProductCatalogue(client: ServiceClient): ProductCatalogue {
  return {
    findByName: (name, context) =>
      client.get('/products/search/findByName', { schema: productSchema, query: { name }, context })
  }
}
