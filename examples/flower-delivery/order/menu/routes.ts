import { notFound, onlyMethods, validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { findMenuItem, listMenu } from './menu-store.ts'
import { itemIdPathSchema, menuPageQuerySchema } from './responses.ts'

export function createMenuRoutes(db: Knex): Router {
  const routes = Router()
  routes
    .route('/menus')
    .get(async (request, response) => {
      response.json(await listMenu(db, validated(menuPageQuerySchema, request.query, 'query')))
    })
    .all(onlyMethods('GET, HEAD'))
  routes
    .route('/menus/:itemId')
    .get(async (request, response) => {
      const { itemId } = validated(itemIdPathSchema, request.params, 'path')
      const item = await findMenuItem(db, itemId)
      if (item === undefined) throw notFound(`There is no item ${itemId} on the menu`)
      response.json(item)
    })
    .all(onlyMethods('GET, HEAD'))
  return routes
}
