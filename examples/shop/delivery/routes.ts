import { idPathSchema, notFound, onlyMethods, pageQuerySchema, validated } from '@outbox-cdc/service-kit'
import { type RequestHandler, Router } from 'express'
import type { Knex } from 'knex'
import { type Delivery, findDelivery, listOpen, receiveDelivery } from './deliveries.ts'

export function createRoutes(db: Knex): Router {
  const routes = Router()
  const answerWith =
    (find: (db: Knex, id: number) => Promise<Delivery | undefined>): RequestHandler =>
    async (request, response) => {
      const { id } = validated(idPathSchema, request.params, 'path')
      const delivery = await find(db, id)
      if (delivery === undefined) throw notFound(`There is no delivery ${id}`)
      response.json(delivery)
    }
  const receive = answerWith(receiveDelivery)
  routes
    .route('/deliveries')
    .get(async (request, response) => {
      response.json(await listOpen(db, validated(pageQuerySchema, request.query, 'query')))
    })
    .all(onlyMethods('GET, HEAD'))
  // What is deleted is the entry on the list.
  routes.route('/deliveries/:id').get(answerWith(findDelivery)).delete(receive).all(onlyMethods('GET, HEAD, DELETE'))
  routes.route('/deliveries/:id/confirm-receipt').post(receive).all(onlyMethods('POST'))
  return routes
}
