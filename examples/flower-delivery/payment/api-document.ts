import { answer, describeApi, jsonRequest } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import {
  newPaymentSchema,
  paymentPageSchema,
  paymentPathSchema,
  paymentQuerySchema,
  paymentSchema
} from './requests.ts'

const { json, created, problem, invalid, unavailable } = answer

export const apiDocument = describeApi('payment', 'Takes the money for orders, once each, and gives it back.', [
  {
    method: 'post',
    path: '/payments',
    summary: 'Pay for an order',
    description: 'For the service order. A repeat gets the same answer.',
    request: {
      headers: z.object({ 'Idempotency-Key': z.string().meta({ example: '1', description: 'The orderId' }) }),
      body: jsonRequest.body(newPaymentSchema)
    },
    responses: {
      201: created('The payment', paymentSchema),
      ...jsonRequest.refusals,
      409: problem('The order was cancelled, so it can never be paid'),
      503: problem('MySQL does not answer, or the payment waited longer than its caller; see Retry-After')
    }
  },
  {
    method: 'get',
    path: '/payments',
    summary: 'List the payments',
    request: { query: paymentQuerySchema },
    responses: { 200: json('A page of payments', paymentPageSchema), 400: invalid, 503: unavailable }
  },
  {
    method: 'get',
    path: '/payments/{orderId}',
    summary: 'Read the payment of an order',
    request: { params: paymentPathSchema },
    responses: {
      200: json('The payment', paymentSchema),
      400: invalid,
      404: problem('The order has no payment'),
      503: unavailable
    }
  }
])
