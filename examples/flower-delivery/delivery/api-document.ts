import { answer, describeApi } from '@outbox-cdc/service-kit'
import { deliveryPageSchema, deliveryPathSchema, deliveryQuerySchema, deliverySchema } from './requests.ts'

const { json, problem, invalid, unavailable } = answer
const one = {
  200: json('The delivery', deliverySchema),
  400: invalid,
  404: problem('No such delivery'),
  503: unavailable
}
const command = (name: string, summary: string, refusal: string) => ({
  method: 'put' as const,
  path: `/deliveries/${name}/{orderId}`,
  summary,
  description: 'A repeat gets the same answer.',
  request: { params: deliveryPathSchema },
  responses: { ...one, 409: problem(refusal) }
})

export const apiDocument = describeApi(
  'delivery',
  'The list of the rider: what is decorated, on its way, and brought.',
  [
    {
      method: 'get',
      path: '/deliveries',
      summary: 'List deliveries',
      request: { query: deliveryQuerySchema },
      responses: { 200: json('A page of deliveries', deliveryPageSchema), 400: invalid, 503: unavailable }
    },
    {
      method: 'get',
      path: '/deliveries/{orderId}',
      summary: 'Read the delivery of an order',
      request: { params: deliveryPathSchema },
      responses: one
    },
    command('depart', 'Leave with the flowers', 'The order is cancelled'),
    command('complete', 'Hand over the flowers', 'The rider has not left, or the order is cancelled')
  ]
)
