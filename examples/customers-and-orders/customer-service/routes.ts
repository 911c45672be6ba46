import { jsonBody, notFound, onlyMethods, validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { addCustomer, findCustomer } from './customers.ts'
import { customerPathSchema, customerSchema, newCustomerSchema, orderPageSchema, pageQuerySchema } from './requests.ts'
import { listOrders } from './reservations.ts'

export function createRoutes(db: Knex): Router {
  const routes = Router()
  const find = async (params: unknown) => {
    const { id } = validated(customerPathSchema, params, 'path')
    const customer = await findCustomer(db, id)
    if (customer === undefined) throw notFound(`There is no customer ${id}`)
    return customer
  }
  routes
    .route('/customers')
    .post(...jsonBody, async (request, response) => {
      const customer = await addCustomer(db, validated(newCustomerSchema, request.body, 'body'))
      response.status(201).location(`${request.baseUrl}/customers/${customer.id}`)
      response.json(z.encode(customerSchema, customer))
    })
    .all(onlyMethods('POST'))
  routes
    .route('/customers/:id')
    .get(async (request, response) => void response.json(z.encode(customerSchema, await find(request.params))))
    .all(onlyMethods('GET, HEAD'))
  routes
    .route('/customers/:id/orders')
    .get(async (request, response) => {
      const page = validated(pageQuerySchema, request.query, 'query')
      const { id } = await find(request.params)
      response.json(z.encode(orderPageSchema, await listOrders(db, id, page)))
    })
    .all(onlyMethods('GET, HEAD'))
  return routes
}
