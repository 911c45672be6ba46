import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi'
import { problemSchema } from '@outbox-cdc/service-kit'
import type { z } from 'zod'
import {
  newOrderSchema,
  orderHeadersSchema,
  orderPageSchema,
  orderPathSchema,
  orderQuerySchema,
  orderSchema
} from './order-schemas.ts'

const json = (description: string, schema: z.ZodType) => ({ description, content: { 'application/json': { schema } } })
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } }
})
const invalid = problem('The request is not valid: `errors` names each field')
const unavailable = problem('MySQL does not answer; see Retry-After')

const registry = new OpenAPIRegistry()

registry.registerPath({
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
    422: problem('This Idempotency-Key came with another body before'),
    503: unavailable
  }
})
registry.registerPath({
  method: 'get',
  path: '/order/{id}',
  summary: 'Read an order',
  request: { params: orderPathSchema },
  responses: { 200: json('The order', orderSchema), 400: invalid, 404: problem('No such order'), 503: unavailable }
})
registry.registerPath({
  method: 'get',
  path: '/orders',
  summary: 'List orders, newest first',
  request: { query: orderQuerySchema },
  responses: { 200: json('A page of orders', orderPageSchema), 400: invalid, 503: unavailable }
})

/** OpenAPI 3.1 from the schemas that check the requests. */
export const apiDocument = new OpenApiGeneratorV31(registry.definitions).generateDocument({
  openapi: '3.1.0',
  info: { title: 'order-service', version: '0.1.0', description: 'Places orders and publishes them.' }
})
