import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi'
import { problemSchema } from '@outbox-cdc/service-kit'
import type { z } from 'zod'
import { deliveryPageSchema, deliveryPathSchema, deliveryQuerySchema, deliverySchema } from './delivery-schemas.ts'

const json = (description: string, schema: z.ZodType) => ({ description, content: { 'application/json': { schema } } })
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } }
})
const invalid = problem('The request is not valid: `errors` names each field')
const unavailable = problem('MySQL does not answer; see Retry-After')

const registry = new OpenAPIRegistry()

registry.registerPath({
  method: 'get',
  path: '/deliveries/{orderId}',
  summary: 'Read the delivery of an order',
  request: { params: deliveryPathSchema },
  responses: {
    200: json('The delivery', deliverySchema),
    400: invalid,
    404: problem('The order is not delivered, or not yet'),
    503: unavailable
  }
})
registry.registerPath({
  method: 'get',
  path: '/deliveries',
  summary: 'List deliveries, the latest first',
  request: { query: deliveryQuerySchema },
  responses: { 200: json('A page of deliveries', deliveryPageSchema), 400: invalid, 503: unavailable }
})

/** OpenAPI 3.1 from the schemas that check the requests. */
export const apiDocument = new OpenApiGeneratorV31(registry.definitions).generateDocument({
  openapi: '3.1.0',
  info: { title: 'delivery-service', version: '0.1.0', description: 'Delivers each order once.' }
})
