import type { RequestContext } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import type { LookUps } from './look-ups/ports.ts'
import { addPurchase, completePurchase, findPurchase, lockPurchase, type Purchase, replaceQuote } from './purchases.ts'
import { changesSince, expiry, lookUpTerms, type Objection, type Order, type Terms } from './quote.ts'

type Parts = {
  readonly db: Knex
  readonly lookUps: LookUps
  /** How long a quote can be confirmed. */
  readonly quoteValidMs: number
}

/** What became of a request. With objections, `purchase` is as it can be confirmed next. */
type Outcome<P> = { readonly purchase: P; readonly objections: readonly Objection[] }

/** What a buyer can do. Both ask the other services first, and write only when both have answered. */
export function createBuying({ db, lookUps, quoteValidMs }: Parts) {
  const quoteOf = ({ address, unitPrice }: Terms, now: Date) => {
    const expiresAt = new Date(now.getTime() + quoteValidMs)
    return { address, unitPrice, expiresAt }
  }

  async function quote(order: Order, context: RequestContext): Promise<Outcome<Purchase | undefined>> {
    const terms = await lookUpTerms(lookUps, order, context)
    if (!('address' in terms)) return { purchase: undefined, objections: terms }
    return { purchase: await addPurchase(db, { ...order, ...quoteOf(terms, new Date()) }), objections: [] }
  }

  /** Completes a purchase if all is as quoted, else quotes again. A repeat finds it completed. */
  async function confirm(id: number, context: RequestContext): Promise<Outcome<Purchase> | undefined> {
    const now = new Date()
    const seen = await findPurchase(db, id)
    if (seen === undefined) return undefined
    if (seen.state === 'COMPLETED') return { purchase: seen, objections: [] }
    // Before the transaction: a slow answer must not hold a lock.
    const terms = await lookUpTerms(lookUps, seen, context)
    return db.transaction(async trx => {
      const purchase = await lockPurchase(trx, id)
      if (purchase === undefined) return undefined
      if (purchase.state === 'COMPLETED') return { purchase, objections: [] }
      // Another request may have quoted again while this one looked things up, and this buyer hasn't seen that.
      const replaced = changesSince(seen, purchase)
      if (replaced.length > 0) return { purchase, objections: replaced }
      if (!('address' in terms)) return { purchase, objections: terms }
      const objections = [...expiry(seen, now), ...changesSince(seen, terms)]
      if (objections.length > 0) return { purchase: await replaceQuote(trx, purchase, quoteOf(terms, now)), objections }
      return { purchase: await completePurchase(trx, purchase, context), objections }
    })
  }

  return { quote, confirm }
}
