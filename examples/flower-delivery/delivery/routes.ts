import { contextOf, notFound, onlyMethods, originOf, Problem, validated } from '@outbox-cdc/service-kit'
import { type RequestHandler, Router } from 'express'
import type { Knex } from 'knex'
import { changeDelivery, type Delivery, findDelivery, listDeliveries } from './deliveries.ts'
import { deliveryPathSchema, deliveryQuerySchema } from './requests.ts'

export function createRoutes(db: Knex): Router {
  const routes = Router()
  const command =
    (trigger: 'depart' | 'complete'): RequestHandler =>
    async (request, response) => {
      const { orderId } = validated(deliveryPathSchema, request.params, 'path')
      const context = { ...originOf(contextOf(response)), correlationId: String(orderId) }
      const delivery = await db.transaction(async trx => {
        const outcome = await changeDelivery(trx, orderId, { trigger, context })
        const found = await findDelivery(trx, orderId)
        if (outcome === 'refused') throw notPossible(orderId, trigger, found)
        return required(orderId, found)
      })
      response.json(delivery)
    }
  routes
    .route('/deliveries')
    .get(async (request, response) => {
      const { status, ...page } = validated(deliveryQuerySchema, request.query, 'query')
      response.json(await listDeliveries(db, status, page))
    })
    .all(onlyMethods('GET, HEAD'))
  routes
    .route('/deliveries/:orderId')
    .get(async (request, response) => {
      const { orderId } = validated(deliveryPathSchema, request.params, 'path')
      response.json(required(orderId, await findDelivery(db, orderId)))
    })
    .all(onlyMethods('GET, HEAD'))
  routes.route('/deliveries/depart/:orderId').put(command('depart')).all(onlyMethods('PUT'))
  routes.route('/deliveries/complete/:orderId').put(command('complete')).all(onlyMethods('PUT'))
  return routes
}

function required(orderId: number, delivery: Delivery | undefined): Delivery {
  if (delivery === undefined) throw notFound(`There is no delivery of order ${orderId}`)
  return delivery
}

const verbs = { depart: 'begun', complete: 'completed' } as const

function notPossible(orderId: number, trigger: 'depart' | 'complete', delivery: Delivery | undefined): Problem {
  // One that was cancelled before it came isn't shown.
  const status = delivery?.deliveryStatus ?? 'CANCELLED'
  const detail = `The delivery of order ${orderId} is ${status} and can't be ${verbs[trigger]}`
  return new Problem(409, { type: 'wrong-status', title: 'Not possible', detail })
}
