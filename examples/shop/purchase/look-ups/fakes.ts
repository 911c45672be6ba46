import { type RequestContext, ServiceUnavailable } from '@outbox-cdc/service-kit'
import type { Account, AccountDirectory, Product, ProductCatalogue } from './ports.ts'

/** An account directory in memory. Tests change the map, and it answers as the real one does. */
export function fakeAccountDirectory(accounts: ReadonlyMap<string, Account>): AccountDirectory {
  return { findByName: async (name, context) => find('account', accounts.get(name), context) }
}

/** A product catalogue in memory. Tests change the map, and it answers as the real one does. */
export function fakeProductCatalogue(products: ReadonlyMap<string, Product>): ProductCatalogue {
  return { findByName: async (name, context) => find('product', products.get(name), context) }
}

function find<T>(service: string, found: T | undefined, { deadline, signal }: RequestContext): T | undefined {
  if (!signal.aborted && Date.now() < deadline) return found
  throw new ServiceUnavailable({ service, reason: 'the time was over', retryAfterSeconds: 1 })
}
