import { answer, describeApi, jsonRequest } from '@outbox-cdc/service-kit'
import {
  orderPathSchema,
  rejectionSchema,
  shopOrderPageSchema,
  shopOrderQuerySchema,
  shopOrderSchema
} from './requests.ts'

const { json, problem, invalid, unavailable } = answer
const one = (description: string) => ({
  200: json(description, shopOrderSchema),
  400: invalid,
  404: problem('No such order in the shop'),
  503: unavailable
})
const request = { params: orderPathSchema }
const refused = { 409: problem('The order is not in a state in which this is possible') }
const description = 'A repeat gets the same answer.'

export const apiDocument = describeApi(
  'shop',
  'Shows the owner which orders to decorate, until a rider can fetch them.',
  [
    {
      method: 'get',
      path: '/ordermanagements',
      summary: 'List the orders that are paid and have their flowers',
      request: { query: shopOrderQuerySchema },
      responses: { 200: json('A page of orders', shopOrderPageSchema), 400: invalid, 503: unavailable }
    },
    {
      method: 'get',
      path: '/ordermanagements/{orderId}',
      summary: 'Read an order',
      request,
      responses: one('The order')
    },
    {
      method: 'put',
      path: '/ordermanagements/receive/{orderId}',
      summary: 'Accept an order',
      description,
      request,
      responses: { ...one('The order is received'), ...refused }
    },
    {
      method: 'put',
      path: '/ordermanagements/decorate/{orderId}',
      summary: 'Hand an order over to the riders',
      description,
      request,
      responses: { ...one('The order is decorated'), ...refused }
    },
    {
      method: 'put',
      path: '/ordermanagements/reject/{orderId}',
      summary: 'Reject an order that is not decorated yet',
      description: 'Payment and stock go back. A repeat gets the same answer, with the first reason.',
      request: { ...request, body: jsonRequest.body(rejectionSchema) },
      responses: { ...one('The order is rejected'), ...jsonRequest.refusals, ...refused }
    }
  ]
)
