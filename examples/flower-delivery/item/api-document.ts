import { answer, describeApi, idPathSchema, jsonRequest } from '@outbox-cdc/service-kit'
import { itemPageSchema, itemQuerySchema, itemSchema, newItemSchema, termsSchema } from './requests.ts'

const { json, created, problem, invalid, unavailable } = answer
const noItem = problem('No such item')

export const apiDocument = describeApi('item', 'Keeps price and stock of each item, and reserves stock for orders.', [
  {
    method: 'post',
    path: '/items',
    summary: 'Register an item',
    request: { body: jsonRequest.body(newItemSchema) },
    responses: { 201: created('The item', itemSchema), ...jsonRequest.refusals, 503: unavailable }
  },
  {
    method: 'get',
    path: '/items',
    summary: 'List the items',
    request: { query: itemQuerySchema },
    responses: { 200: json('A page of items', itemPageSchema), 400: invalid, 503: unavailable }
  },
  {
    method: 'get',
    path: '/items/{id}',
    summary: 'Read an item',
    request: { params: idPathSchema },
    responses: { 200: json('The item', itemSchema), 400: invalid, 404: noItem, 503: unavailable }
  },
  {
    method: 'put',
    path: '/items/{id}',
    summary: 'Change price and stock of an item',
    description: 'The stock is what can still be ordered: what orders have taken is no longer in it.',
    request: { params: idPathSchema, body: jsonRequest.body(termsSchema) },
    responses: { 200: json('The item', itemSchema), ...jsonRequest.refusals, 404: noItem, 503: unavailable }
  }
])
