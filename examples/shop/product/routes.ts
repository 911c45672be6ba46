import { idPathSchema, jsonBody, notFound, onlyMethods, pageQuerySchema, validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { addProduct, changeProduct, findProduct, listProducts, type Product, removeProduct } from './products.ts'
import { nameQuerySchema, newProductSchema, productPageSchema, productSchema } from './requests.ts'

export function createRoutes(db: Knex): Router {
  const routes = Router()
  routes
    .route('/products')
    .get(async (request, response) => {
      const page = validated(pageQuerySchema, request.query, 'query')
      response.json(z.encode(productPageSchema, await listProducts(db, page)))
    })
    .post(...jsonBody, async (request, response) => {
      const product = await addProduct(db, validated(newProductSchema, request.body, 'body'))
      response.status(201).location(`/products/${product.id}`).json(shown(product))
    })
    .all(onlyMethods('GET, HEAD, POST'))
  routes
    .route('/products/search/findByName')
    .get(async (request, response) => {
      const { name } = validated(nameQuerySchema, request.query, 'query')
      const product = await findProduct(db, { name })
      if (product === undefined) throw notFound(`There is no product of the name ${name}`)
      response.json(shown(product))
    })
    .all(onlyMethods('GET, HEAD'))
  routes
    .route('/products/:id')
    .get(async (request, response) => {
      const { id } = validated(idPathSchema, request.params, 'path')
      const product = await findProduct(db, { id })
      if (product === undefined) throw noProduct(id)
      response.json(shown(product))
    })
    .put(...jsonBody, async (request, response) => {
      const { id } = validated(idPathSchema, request.params, 'path')
      const product = { id, ...validated(newProductSchema, request.body, 'body') }
      if (!(await changeProduct(db, product))) throw noProduct(id)
      response.json(shown(product))
    })
    .delete(async (request, response) => {
      const { id } = validated(idPathSchema, request.params, 'path')
      if (!(await removeProduct(db, id))) throw noProduct(id)
      response.status(204).end()
    })
    .all(onlyMethods('GET, HEAD, PUT, DELETE'))
  return routes
}

const shown = (product: Product) => z.encode(productSchema, product)
const noProduct = (id: number) => notFound(`There is no product ${id}`)
