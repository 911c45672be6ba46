import { type Money, type RequestContext, writeMoney } from '@outbox-cdc/service-kit'
import type { LookUps } from './look-ups/ports.ts'

/** Who wants how much of what. */
export type Order = { readonly buyerName: string; readonly productName: string; readonly quantity: number }

/** What the other services say of an order. */
export type Terms = { readonly address: string; readonly unitPrice: Money }

/** What the buyer decides on. */
export type Quote = Terms & { readonly expiresAt: Date }

/** A field that stands in the way, and why. */
export type Objection = { readonly field: string; readonly message: string }

/** Asks both services at the same time for the terms of an order, or finds which of its names they don't know. */
export async function lookUpTerms(
  { accounts, products }: LookUps,
  { buyerName, productName }: Order,
  context: RequestContext
): Promise<Terms | readonly Objection[]> {
  const [account, product] = await Promise.all([
    accounts.findByName(buyerName, context),
    products.findByName(productName, context)
  ])
  if (account !== undefined && product !== undefined) return { address: account.address, unitPrice: product.price }
  const unknown: Objection[] = []
  if (account === undefined) unknown.push({ field: 'buyerName', message: 'is the name of no account' })
  if (product === undefined) unknown.push({ field: 'productName', message: 'is the name of no product' })
  return unknown
}

/** What has changed since the quote. */
export function changesSince(quote: Terms, terms: Terms): readonly Objection[] {
  const changes: Objection[] = []
  const compare = (field: string, before: string, now: string) => {
    if (before !== now) changes.push({ field, message: `was ${before} and is now ${now}` })
  }
  compare('address', quote.address, terms.address)
  compare('unitPrice', writeMoney(quote.unitPrice), writeMoney(terms.unitPrice))
  return changes
}

/** Whether the time of the quote is over. */
export function expiry({ expiresAt }: Quote, now: Date): readonly Objection[] {
  if (expiresAt > now) return []
  return [{ field: 'expiresAt', message: `was ${expiresAt.toISOString()}: the quote has expired` }]
}
