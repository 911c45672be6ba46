import { contextOf, jsonBody, notFound, onlyMethods, originOf, Problem, validated } from '@outbox-cdc/service-kit'
import { type Request, type Response, Router } from 'express'
import type { Knex } from 'knex'
import { orderPathSchema, rejectionSchema, shopOrderQuerySchema } from './requests.ts'
import { changeShopOrder, findShopOrder, listShopOrders, type ShopOrder } from './shop-orders.ts'

type Command = { readonly trigger: 'receive' | 'decorate' | 'reject'; readonly reason?: string }

export function createRoutes(db: Knex): Router {
  const routes = Router()
  const command = async (request: Request, response: Response, { trigger, reason }: Command) => {
    const { orderId } = validated(orderPathSchema, request.params, 'path')
    // The order's events are grouped by its id, as those of the other services are.
    const context = { ...originOf(contextOf(response)), correlationId: String(orderId) }
    const order = await db.transaction(async trx => {
      const outcome = await changeShopOrder(trx, orderId, { trigger, reason, context })
      if (outcome === undefined) throw noOrder(orderId)
      if (outcome === 'refused') throw notPossible(orderId, trigger, await findShopOrder(trx, orderId))
      return findShopOrder(trx, orderId)
    })
    response.json(order)
  }
  routes
    .route('/ordermanagements')
    .get(async (request, response) => {
      response.json(await listShopOrders(db, validated(shopOrderQuerySchema, request.query, 'query')))
    })
    .all(onlyMethods('GET, HEAD'))
  routes
    .route('/ordermanagements/:orderId')
    .get(async (request, response) => {
      const { orderId } = validated(orderPathSchema, request.params, 'path')
      const order = await findShopOrder(db, orderId)
      if (order === undefined) throw noOrder(orderId)
      response.json(order)
    })
    .all(onlyMethods('GET, HEAD'))
  for (const trigger of ['receive', 'decorate'] as const)
    routes
      .route(`/ordermanagements/${trigger}/:orderId`)
      .put((request, response) => command(request, response, { trigger }))
      .all(onlyMethods('PUT'))
  routes
    .route('/ordermanagements/reject/:orderId')
    .put(...jsonBody, (request, response) => {
      const { reason } = validated(rejectionSchema, request.body, 'body')
      return command(request, response, { trigger: 'reject', reason })
    })
    .all(onlyMethods('PUT'))
  return routes
}

const noOrder = (orderId: number) => notFound(`There is no order ${orderId} in the shop`)

const verbs = { receive: 'received', decorate: 'decorated', reject: 'rejected' } as const

function notPossible(orderId: number, trigger: keyof typeof verbs, order: ShopOrder | undefined): Problem {
  const detail =
    order === undefined
      ? `Order ${orderId} is not here yet, and will be cancelled when it comes`
      : `Order ${orderId} is ${order.ordermanagementStatus} and can't be ${verbs[trigger]}`
  return new Problem(409, { type: 'wrong-state', title: 'Not possible', detail })
}
