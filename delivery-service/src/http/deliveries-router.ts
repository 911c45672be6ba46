import { notFound, onlyMethods, validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { DeliveryStore } from '../deliveries/delivery-store.ts'
import { deliveryPathSchema, deliveryQuerySchema } from './delivery-schemas.ts'

export function createDeliveriesRouter(deliveries: DeliveryStore): Router {
  const router = Router()
  router
    .route('/deliveries/:orderId')
    .get(async (request, response) => {
      const { orderId } = validated(deliveryPathSchema, request.params, 'path')
      const delivery = await deliveries.find(orderId)
      if (delivery === undefined) throw notFound(`Order ${orderId} is not delivered`)
      response.json(delivery)
    })
    .all(onlyMethods('GET, HEAD'))
  router
    .route('/deliveries')
    .get(async (request, response) => {
      response.json(await deliveries.list(validated(deliveryQuerySchema, request.query, 'query')))
    })
    .all(onlyMethods('GET, HEAD'))
  return router
}
