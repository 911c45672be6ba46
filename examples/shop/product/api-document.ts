import { answer, describeApi, idPathSchema, jsonRequest, pageQuerySchema } from '@outbox-cdc/service-kit'
import { productPageSchema, productSchema, nameQuerySchema, newProductSchema } from './requests.ts'

const { json, created, problem, invalid, unavailable } = answer
const noProduct = problem('No such product')
const taken = problem('Another product has this name')
const body = jsonRequest.body(newProductSchema)

export const apiDocument = describeApi('product', 'Keeps the name and the price of each product.', [
  {
    method: 'post',
    path: '/products',
    summary: 'Add a product',
    description: 'Names are unique. They are compared exactly, so Chair and chair are two names.',
    request: { body },
    responses: {
      201: created('The product', productSchema),
      ...jsonRequest.refusals,
      409: taken,
      503: unavailable
    }
  },
  {
    method: 'get',
    path: '/products',
    summary: 'List the products, newest first',
    request: { query: pageQuerySchema },
    responses: { 200: json('A page of products', productPageSchema), 400: invalid, 503: unavailable }
  },
  {
    method: 'get',
    path: '/products/search/findByName',
    summary: 'Find the product of a name',
    request: { query: nameQuerySchema },
    responses: { 200: json('The product', productSchema), 400: invalid, 404: noProduct, 503: unavailable }
  },
  {
    method: 'get',
    path: '/products/{id}',
    summary: 'Read a product',
    request: { params: idPathSchema },
    responses: { 200: json('The product', productSchema), 400: invalid, 404: noProduct, 503: unavailable }
  },
  {
    method: 'put',
    path: '/products/{id}',
    summary: 'Change a product',
    request: { params: idPathSchema, body },
    responses: {
      200: json('The product', productSchema),
      ...jsonRequest.refusals,
      404: noProduct,
      409: taken,
      503: unavailable
    }
  },
  {
    method: 'delete',
    path: '/products/{id}',
    summary: 'Delete a product',
    request: { params: idPathSchema },
    responses: { 204: { description: 'It is gone' }, 400: invalid, 404: noProduct, 503: unavailable }
  }
])
