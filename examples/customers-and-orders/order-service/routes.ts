import { contextOf, jsonBody, notFound, onlyMethods, Problem, validated } from '@outbox-cdc/service-kit'
import { type Response, Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { changeOrder, findOrder, type Order, placeOrder } from './orders.ts'
import { newOrderSchema, orderPathSchema, orderSchema } from './requests.ts'

export function createRoutes(db: Knex): Router {
  const routes = Router()
  routes
    .route('/orders')
    .post(...jsonBody, async (request, response) => {
      const newOrder = validated(newOrderSchema, request.body, 'body')
      const order = await db.transaction(trx => placeOrder(trx, newOrder, origin(response)))
      response.status(201).location(`${request.baseUrl}/orders/${order.id}`).json(shown(order))
    })
    .all(onlyMethods('POST'))
  routes
    .route('/orders/:id')
    .get(async (request, response) => {
      const { id } = validated(orderPathSchema, request.params, 'path')
      response.json(shown(required(id, await findOrder(db, id))))
    })
    .all(onlyMethods('GET, HEAD'))
  routes
    .route('/orders/:id/cancel')
    .post(async (request, response) => {
      const { id } = validated(orderPathSchema, request.params, 'path')
      const order = await db.transaction(async trx => {
        const outcome = await changeOrder(trx, id, { trigger: 'cancel', context: origin(response) })
        const found = required(id, await findOrder(trx, id))
        if (outcome === 'refused') throw notPossible(`Order ${id} is ${found.state} and can't be cancelled`)
        return found
      })
      response.status(order.state === 'CANCELLED' ? 200 : 202).json(shown(order))
    })
    .all(onlyMethods('POST'))
  return routes
}

const shown = (order: Order) => z.encode(orderSchema, { ...order, history: [...order.history] })

/** What the events of a request carry on. */
function origin(response: Response) {
  const { correlationId, traceparent } = contextOf(response)
  return { correlationId, traceparent }
}

function required(id: number, order: Order | undefined): Order {
  if (order === undefined) throw notFound(`There is no order ${id}`)
  return order
}

const notPossible = (detail: string) => new Problem(409, { type: 'order-final', title: 'Not possible', detail })
