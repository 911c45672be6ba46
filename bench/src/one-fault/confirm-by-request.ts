import {
  contextOf,
  idPathSchema,
  notFound,
  Problem,
  type RequestContext,
  ServiceUnavailable,
  validated
} from '@outbox-cdc/service-kit'
import type { LookUps } from '@outbox-cdc/shop/purchase/look-ups/ports'
import { findPurchase, lockPurchase, type Purchase } from '@outbox-cdc/shop/purchase/purchases'
import { changesSince, expiry, lookUpTerms } from '@outbox-cdc/shop/purchase/quote'
import { Router } from 'express'
import type { Knex } from 'knex'

type Parts = { readonly db: Knex; readonly lookUps: LookUps; readonly deliveryUrl: string }

/** The Shop's confirmation with another end: instead of an event it asks delivery, and commits only after its answer. */
export function confirmByRequest(parts: Parts): Router {
  return Router().post('/purchases/:id/confirm', async (request, response) => {
    const { id } = validated(idPathSchema, request.params, 'path')
    await confirm(id, contextOf(response), parts)
    response.json({ id, state: 'COMPLETED' })
  })
}

async function confirm(id: number, context: RequestContext, { db, lookUps, deliveryUrl }: Parts): Promise<void> {
  const seen = await findPurchase(db, id)
  if (seen === undefined) throw notFound(`There is no purchase ${id}`)
  const terms = await lookUpTerms(lookUps, seen, context)
  await db.transaction(async trx => {
    const purchase = await lockPurchase(trx, id)
    if (purchase?.state !== 'QUOTED' || !('address' in terms)) throw outdated()
    if ([...expiry(seen, new Date()), ...changesSince(seen, purchase), ...changesSince(seen, terms)].length > 0)
      throw outdated()
    await trx('purchase').where({ id }).update({ state: 'COMPLETED', completed_at: new Date() })
    await handOver(purchase, context, deliveryUrl)
  })
}

/** Returns when delivery has stored it. The buyer waits meanwhile, and so does the row. */
async function handOver(purchase: Purchase, context: RequestContext, url: string): Promise<void> {
  const { id, buyerName: recipient, address, productName: product, quantity } = purchase
  const signal = AbortSignal.timeout(Math.max(1, context.deadline - Date.now()))
  try {
    const body = JSON.stringify({ id, recipient, address, product, quantity })
    const headers = { 'Content-Type': 'application/json' }
    const answer = await fetch(`${url}/deliveries`, { method: 'POST', headers, body, signal })
    await answer.arrayBuffer()
    if (answer.status !== 201) throw new Error(`it answers ${answer.status}`)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ServiceUnavailable({ service: 'delivery', reason, retryAfterSeconds: 2 }, { cause: error })
  }
}

const outdated = () =>
  new Problem(409, { type: 'quote-outdated', title: 'The quote is out of date', detail: 'Ask for a new one' })
