import { answer, describeApi, idPathSchema, pageQuerySchema } from '@outbox-cdc/service-kit'
import { deliveryPageSchema, deliverySchema } from './responses.ts'

const { json, problem, invalid, unavailable } = answer
const one = (description: string) => ({
  request: { params: idPathSchema },
  responses: {
    200: json(description, deliverySchema),
    400: invalid,
    404: problem('No such delivery'),
    503: unavailable
  }
})

export const apiDocument = describeApi('delivery', 'Lists what is to be delivered, until the recipient has it.', [
  {
    method: 'get',
    path: '/deliveries',
    summary: 'List the open deliveries, newest first',
    request: { query: pageQuerySchema },
    responses: { 200: json('A page of deliveries', deliveryPageSchema), 400: invalid, 503: unavailable }
  },
  { method: 'get', path: '/deliveries/{id}', summary: 'Read a delivery, open or received', ...one('The delivery') },
  {
    method: 'post',
    path: '/deliveries/{id}/confirm-receipt',
    summary: 'Confirm that the delivery was received',
    description: 'It leaves the list. A repeat gets the same answer.',
    ...one('The delivery is received')
  },
  {
    method: 'delete',
    path: '/deliveries/{id}',
    summary: 'The same as confirm-receipt',
    description: 'It leaves the list, and can still be read.',
    ...one('The delivery is received')
  }
])
