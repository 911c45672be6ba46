import {
  createMysqlService,
  describeApi,
  jsonBody,
  mysqlServiceConfig,
  onlyMethods,
  runService,
  textSchema,
  validated
} from '@outbox-cdc/service-kit'
import { openDelivery } from '@outbox-cdc/shop/delivery/deliveries'
import { Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'

// What the Shop leaves out on purpose: delivery, asked by a request. It stores a delivery as the Shop's own delivery does.
const name = 'delivery-by-request'

const deliverySchema = z.strictObject({
  id: z.int(),
  recipient: textSchema(255),
  address: textSchema(255),
  product: textSchema(255),
  quantity: z.int()
})

function createRoutes(db: Knex): Router {
  const routes = Router()
  routes
    .route('/deliveries')
    .post(...jsonBody, async (request, response) => {
      const delivery = validated(deliverySchema, request.body, 'body')
      await db.transaction(trx => openDelivery(trx, delivery))
      response.status(201).json(delivery)
    })
    .all(onlyMethods('POST'))
  return routes
}

await runService({
  name,
  schema: mysqlServiceConfig({ port: 11_006, route: 'POST /deliveries', database: 'shop_deliveries' }),
  env: process.env,
  create: (config, logger) =>
    createMysqlService({
      name,
      config,
      logger,
      routes: createRoutes,
      document: describeApi(name, 'Stores a delivery while the caller waits.', [])
    })
})
