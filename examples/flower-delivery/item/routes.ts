import { contextOf, idPathSchema, jsonBody, notFound, onlyMethods, originOf, validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { addItem, changeItem, findItem, type Item, listItems } from './items.ts'
import { itemQuerySchema, newItemSchema, termsSchema } from './requests.ts'

export function createRoutes(db: Knex): Router {
  const routes = Router()
  routes
    .route('/items')
    .get(async (request, response) => {
      response.json(await listItems(db, validated(itemQuerySchema, request.query, 'query')))
    })
    .post(...jsonBody, async (request, response) => {
      const newItem = validated(newItemSchema, request.body, 'body')
      const item = await db.transaction(trx => addItem(trx, newItem, originOf(contextOf(response))))
      response.status(201).location(`/items/${item.id}`).json(item)
    })
    .all(onlyMethods('GET, HEAD, POST'))
  routes
    .route('/items/:id')
    .get(async (request, response) => {
      const { id } = validated(idPathSchema, request.params, 'path')
      response.json(required(id, await findItem(db, id)))
    })
    .put(...jsonBody, async (request, response) => {
      const { id } = validated(idPathSchema, request.params, 'path')
      const terms = validated(termsSchema, request.body, 'body')
      const item = await db.transaction(trx => changeItem(trx, { id, ...terms }, originOf(contextOf(response))))
      response.json(required(id, item))
    })
    .all(onlyMethods('GET, HEAD, PUT'))
  return routes
}

function required(id: number, item: Item | undefined): Item {
  if (item === undefined) throw notFound(`There is no item ${id}`)
  return item
}
