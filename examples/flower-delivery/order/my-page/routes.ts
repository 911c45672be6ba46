import { notFound, onlyMethods, validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { findMyPage, listMyPages } from './my-page-store.ts'
import { myPagePageQuerySchema, orderIdPathSchema } from './responses.ts'

export function createMyPageRoutes(db: Knex): Router {
  const routes = Router()
  routes
    .route('/myPages')
    .get(async (request, response) => {
      response.json(await listMyPages(db, validated(myPagePageQuerySchema, request.query, 'query')))
    })
    .all(onlyMethods('GET, HEAD'))
  routes
    .route('/myPages/:orderId')
    .get(async (request, response) => {
      const { orderId } = validated(orderIdPathSchema, request.params, 'path')
      const page = await findMyPage(db, orderId)
      if (page === undefined) throw notFound(`MyPage has no order ${orderId} yet`)
      response.json(page)
    })
    .all(onlyMethods('GET, HEAD'))
  return routes
}
