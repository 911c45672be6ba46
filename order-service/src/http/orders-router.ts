import { contextOf, jsonBody, notFound, onlyMethods, validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { OrderStore } from '../orders/order-store.ts'
import type { PlaceOrder } from '../orders/place-order.ts'
import { readIdempotencyKey } from './idempotency-header.ts'
import { newOrderSchema, orderPathSchema, orderQuerySchema } from './order-schemas.ts'

export type OrdersRouterParts = { readonly placeOrder: PlaceOrder; readonly orders: OrderStore }

export function createOrdersRouter({ placeOrder, orders }: OrdersRouterParts): Router {
  const router = Router()
  router
    .route('/order')
    .post(...jsonBody, async (request, response) => {
      const newOrder = validated(newOrderSchema, request.body, 'body')
      const idempotencyKey = readIdempotencyKey(request.get('idempotency-key'))
      const order = await placeOrder(newOrder, { ...contextOf(response), idempotencyKey })
      response.status(201).location(`/order/${order.id}`).json(order)
    })
    .all(onlyMethods('POST'))
  router
    .route('/order/:id')
    .get(async (request, response) => {
      const { id } = validated(orderPathSchema, request.params, 'path')
      const order = await orders.find(id)
      if (order === undefined) throw notFound(`There is no order ${id}`)
      response.json(order)
    })
    .all(onlyMethods('GET, HEAD'))
  router
    .route('/orders')
    .get(async (request, response) => {
      response.json(await orders.list(validated(orderQuerySchema, request.query, 'query')))
    })
    .all(onlyMethods('GET, HEAD'))
  return router
}
