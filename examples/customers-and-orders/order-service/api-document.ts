import { answer, describeApi } from '@outbox-cdc/service-kit'
import { newOrderSchema, orderPathSchema, orderSchema } from './requests.ts'

const { json, problem, invalid, unavailable } = answer
const noOrder = problem('No such order')

export const apiDocument = describeApi('order-service', 'Takes orders, which customer-service approves or rejects.', [
  {
    method: 'post',
    path: '/orders',
    summary: 'Place an order',
    description: 'The order is PENDING at first. Read it again to see whether it was approved.',
    request: { body: { required: true, content: { 'application/json': { schema: newOrderSchema } } } },
    responses: {
      201: { ...json('The order', orderSchema), headers: { Location: { schema: { type: 'string' } } } },
      400: invalid,
      413: problem('The body is larger than 100 kB'),
      415: problem('The body is not JSON in UTF-8'),
      503: unavailable
    }
  },
  {
    method: 'get',
    path: '/orders/{id}',
    summary: 'Read an order and what has happened to it',
    request: { params: orderPathSchema },
    responses: { 200: json('The order', orderSchema), 400: invalid, 404: noOrder, 503: unavailable }
  },
  {
    method: 'post',
    path: '/orders/{id}/cancel',
    summary: 'Cancel an order',
    request: { params: orderPathSchema },
    responses: {
      200: json('The order is cancelled', orderSchema),
      202: json('The order is cancelled once customer-service has answered', orderSchema),
      400: invalid,
      404: noOrder,
      409: problem('The order is already cancelled, or was rejected'),
      503: unavailable
    }
  }
])
