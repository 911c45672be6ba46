import {
  contextOf,
  invalidRequest,
  jsonBody,
  notFound,
  onlyMethods,
  readNumberedPage,
  validated
} from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import type { Acquirer } from './acquirer.ts'
import { createPaying } from './pay.ts'
import { findPayment, type Payment, selectPayments } from './payments.ts'
import { newPaymentSchema, paymentPathSchema, paymentQuerySchema } from './requests.ts'

export function createRoutes(db: Knex, acquirer: Acquirer): Router {
  const pay = createPaying({ db, acquirer })
  const routes = Router()
  routes
    .route('/payments')
    .get(async (request, response) => {
      const page = validated(paymentQuerySchema, request.query, 'query')
      response.json(await readNumberedPage<Payment>(selectPayments(db), page))
    })
    .post(...jsonBody, async (request, response) => {
      const order = validated(newPaymentSchema, request.body, 'body')
      requireKey(request.get('idempotency-key'), order.orderId)
      const payment = await pay(order, contextOf(response))
      response.status(201).location(`/payments/${order.orderId}`).json(payment)
    })
    .all(onlyMethods('GET, HEAD, POST'))
  routes
    .route('/payments/:orderId')
    .get(async (request, response) => {
      const { orderId } = validated(paymentPathSchema, request.params, 'path')
      const payment = await findPayment(db, orderId)
      if (payment === undefined) throw notFound(`There is no payment of order ${orderId}`)
      response.json(payment)
    })
    .all(onlyMethods('GET, HEAD'))
  return routes
}

/** The key of a payment is its order, so that a caller can't pay for an order under two keys. */
function requireKey(key: string | undefined, orderId: number): void {
  if (key !== String(orderId)) throw invalidRequest([{ field: 'idempotency-key', message: 'must be the orderId' }])
}
