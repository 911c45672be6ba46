import { answer, describeApi } from '@outbox-cdc/service-kit'
import { customerPathSchema, customerSchema, newCustomerSchema, orderPageSchema, pageQuerySchema } from './requests.ts'

const { json, problem, invalid, unavailable } = answer

export const apiDocument = describeApi(
  'customer-service',
  'Registers customers and reserves their credit for orders.',
  [
    {
      method: 'post',
      path: '/customers',
      summary: 'Register a customer',
      description: 'The credit limit never changes.',
      request: { body: { required: true, content: { 'application/json': { schema: newCustomerSchema } } } },
      responses: {
        201: { ...json('The customer', customerSchema), headers: { Location: { schema: { type: 'string' } } } },
        400: invalid,
        413: problem('The body is larger than 100 kB'),
        415: problem('The body is not JSON in UTF-8'),
        503: unavailable
      }
    },
    {
      method: 'get',
      path: '/customers/{id}',
      summary: 'Read a customer and what is left of the credit limit',
      request: { params: customerPathSchema },
      responses: {
        200: json('The customer', customerSchema),
        400: invalid,
        404: problem('No such customer'),
        503: unavailable
      }
    },
    {
      method: 'get',
      path: '/customers/{id}/orders',
      summary: 'List the orders of a customer that this service has decided, newest first',
      request: { params: customerPathSchema, query: pageQuerySchema },
      responses: {
        200: json('A page of orders', orderPageSchema),
        400: invalid,
        404: problem('No such customer'),
        503: unavailable
      }
    }
  ]
)
