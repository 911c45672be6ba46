import type { Money, RequestContext } from '@outbox-cdc/service-kit'

export type Account = { readonly id: number; readonly name: string; readonly address: string }
export type Product = { readonly id: number; readonly name: string; readonly price: Money }

/** Who has an account. Rejects with a 503 problem if the answer isn't known in time. */
export interface AccountDirectory {
  readonly findByName: (name: string, context: RequestContext) => Promise<Account | undefined>
}

/** What is for sale, and for how much. Rejects with a 503 problem if the answer isn't known in time. */
export interface ProductCatalogue {
  readonly findByName: (name: string, context: RequestContext) => Promise<Product | undefined>
}

export type LookUps = { readonly accounts: AccountDirectory; readonly products: ProductCatalogue }
