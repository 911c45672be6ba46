import {
  contextOf,
  idPathSchema,
  jsonBody,
  notFound,
  onlyMethods,
  Problem,
  type RequestContext,
  validated
} from '@outbox-cdc/service-kit'
import { type RequestHandler, Router } from 'express'
import type { Knex } from 'knex'
import { findOrder, listOrders } from './order-store.ts'
import type { Order } from './orders/order.ts'
import type { createOrdering } from './orders/ordering.ts'
import { placeOrder } from './place-order.ts'
import { orderPageQuerySchema } from './requests.ts'

type Parts = { readonly db: Knex; readonly ordering: ReturnType<typeof createOrdering> }

export function createOrderRoutes({ db, ordering }: Parts): Router {
  const routes = Router()
  routes
    .route('/orders')
    .get(async (request, response) => {
      response.json(await listOrders(db, validated(orderPageQuerySchema, request.query, 'query')))
    })
    .post(...jsonBody, async (request, response) => {
      const context = contextOf(response)
      const order = await placeOrder(ordering, { input: request.body, whole: 'body', context })
      response.status(201).location(`/orders/${order.id}`).json(order)
    })
    .all(onlyMethods('GET, HEAD, POST'))
  routes
    .route('/orders/:id')
    .get(onOne(200, id => findOrder(db, id)))
    .delete(
      onOne(202, async (id, context) => {
        const changed = await ordering.cancel(id, context)
        if (changed?.outcome === 'refused') throw notPossible(changed.order, 'be cancelled')
        return changed?.order
      })
    )
    .all(onlyMethods('GET, HEAD, DELETE'))
  routes
    .route('/orders/:id/payment')
    .post(
      onOne(200, async (id, context) => {
        const paid = await ordering.pay(id, context)
        if (paid?.outcome === 'declined') throw notPossible(paid.order, 'be paid')
        return paid?.order
      })
    )
    .all(onlyMethods('POST'))
  return routes
}

type OnOne = (id: number, context: RequestContext) => Promise<Order | undefined>

function onOne(status: number, find: OnOne): RequestHandler {
  return async (request, response) => {
    const { id } = validated(idPathSchema, request.params, 'path')
    const order = await find(id, contextOf(response))
    if (order === undefined) throw notFound(`There is no order ${id}`)
    response.status(status).json(order)
  }
}

const notPossible = ({ id, orderStatus }: Order, what: string) =>
  new Problem(409, {
    type: 'order-final',
    title: 'Not possible',
    detail: `Order ${id} is ${orderStatus} and can't ${what}`
  })
