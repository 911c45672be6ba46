import { answer, describeApi } from '@outbox-cdc/service-kit'
import { deliveryPageSchema, deliveryPathSchema, deliveryQuerySchema, deliverySchema } from './delivery-schemas.ts'

const { json, problem, invalid, unavailable } = answer

export const apiDocument = describeApi('delivery-service', 'Delivers each order once.', [
  {
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
  },
  {
    method: 'get',
    path: '/deliveries',
    summary: 'List deliveries, the latest first',
    request: { query: deliveryQuerySchema },
    responses: { 200: json('A page of deliveries', deliveryPageSchema), 400: invalid, 503: unavailable }
  }
])
