import { answer, describeApi } from '@outbox-cdc/service-kit'
import { z } from 'zod'

const liveEventSchema = z
  .object({
    event: z.string().meta({ example: 'decorated' }),
    service: z.string().meta({ example: 'shop', description: 'Which service has published it' }),
    orderId: z.int().nullable().meta({ example: 1, description: 'null for an event about an item' }),
    itemId: z.int().nullable().meta({ example: null })
  })
  .meta({ id: 'LiveEvent' })

export const apiDocument = describeApi(
  'gateway',
  `The door to the other services: /orders, /myPages and /menus lead to order, /payments to payment, /ordermanagements to
shop, /deliveries to delivery, and /items to item. Each has its own description at its own address. A service that doesn't
answer within the caller's X-Timeout-Ms, or else within two seconds, is a 503 with Retry-After.`,
  [
    {
      method: 'get',
      path: '/events',
      summary: 'Follow the events',
      description:
        'Server-sent events, from now on: a `change` for each event, and `reading` when events begin or cease to come in.',
      responses: {
        200: { description: 'The data of a `change`', content: { 'text/event-stream': { schema: liveEventSchema } } },
        503: answer.problem('Too many readers; see Retry-After')
      }
    }
  ]
)
