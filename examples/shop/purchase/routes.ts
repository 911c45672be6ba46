import { contextOf, idPathSchema, jsonBody, notFound, onlyMethods, Problem, validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { createBuying } from './buy.ts'
import type { LookUps } from './look-ups/ports.ts'
import { findPurchase, type Purchase, totalOf } from './purchases.ts'
import type { Objection } from './quote.ts'
import { newPurchaseSchema, purchaseSchema } from './requests.ts'

type Parts = { readonly db: Knex; readonly lookUps: LookUps; readonly quoteValidMs: number }

export function createRoutes(parts: Parts): Router {
  const { quote, confirm } = createBuying(parts)
  const routes = Router()
  routes
    .route('/purchases')
    .post(...jsonBody, async (request, response) => {
      const order = validated(newPurchaseSchema, request.body, 'body')
      const { purchase, objections } = await quote(order, contextOf(response))
      if (purchase === undefined) throw unknownNames(objections)
      response.status(201).location(`/purchases/${purchase.id}`).json(shown(purchase))
    })
    .all(onlyMethods('POST'))
  routes
    .route('/purchases/:id')
    .get(async (request, response) => {
      const { id } = validated(idPathSchema, request.params, 'path')
      response.json(shown(required(id, await findPurchase(parts.db, id))))
    })
    .all(onlyMethods('GET, HEAD'))
  routes
    .route('/purchases/:id/confirm')
    .post(async (request, response) => {
      const { id } = validated(idPathSchema, request.params, 'path')
      const { purchase, objections } = required(id, await confirm(id, contextOf(response)))
      if (objections.length > 0) throw outdated(objections, purchase)
      response.json(shown(purchase))
    })
    .all(onlyMethods('POST'))
  return routes
}

function shown(purchase: Purchase) {
  const { expiresAt, createdAt, completedAt } = purchase
  return z.encode(purchaseSchema, {
    ...purchase,
    total: totalOf(purchase),
    expiresAt: expiresAt.toISOString(),
    createdAt: createdAt.toISOString(),
    completedAt: completedAt?.toISOString() ?? null
  })
}

function required<T>(id: number, found: T | undefined): T {
  if (found === undefined) throw notFound(`There is no purchase ${id}`)
  return found
}

const textOf = (objections: readonly Objection[]) =>
  objections.map(({ field, message }) => `${field} ${message}`).join('; ')

const unknownNames = (objections: readonly Objection[]) =>
  new Problem(422, {
    type: 'unknown-name',
    title: 'A name is not known',
    detail: textOf(objections),
    errors: [...objections]
  })

const outdated = (objections: readonly Objection[], purchase: Purchase) =>
  new Problem(409, {
    type: 'quote-outdated',
    title: 'The quote is out of date',
    detail: `${textOf(objections)}. Nothing was bought. Confirm again to accept the purchase as it is quoted now`,
    errors: [...objections],
    members: { purchase: shown(purchase) }
  })
