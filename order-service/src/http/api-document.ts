import { answer, describeApi } from '@outbox-cdc/service-kit'
import {
  newOrderSchema,
  orderHeadersSchema,
  orderPageSchema,
  orderPathSchema,
  orderQuerySchema,
  orderSchema
} from './order-schemas.ts'

const { json, problem, invalid, unavailable } = answer

export const apiDocument = describeApi('order-service', 'Places orders and publishes them.', [
  {
    method: 'post',
    path: '/order',
    summary: 'Place an order',
    description: 'The order and its `order_created` event are written in one transaction.',
    request: {
      headers: orderHeadersSchema,
      body: { required: true, content: { 'application/json': { schema: newOrderSchema } } }
    },
    responses: {
      201: { ...json('The order', orderSchema), headers: { Location: { schema: { type: 'string' } } } },
      400: invalid,
      409: problem('A request with this Idempotency-Key is still running; see Retry-After'),
      413: problem('The body is larger than 100 kB'),
      415: problem('The body is not JSON in UTF-8'),
      422: problem('This Idempotency-Key was used with another body'),
      503: unavailable
    }
  },
  {
    method: 'get',
    path: '/order/{id}',
    summary: 'Read an order',
    request: { params: orderPathSchema },
    responses: { 200: json('The order', orderSchema), 400: invalid, 404: problem('No such order'), 503: unavailable }
  },
  {
    method: 'get',
    path: '/orders',
    summary: 'List orders, newest first',
    request: { query: orderQuerySchema },
    responses: { 200: json('A page of orders', orderPageSchema), 400: invalid, 503: unavailable }
  }
])
