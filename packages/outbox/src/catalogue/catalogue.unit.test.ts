import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { asyncApi } from './async-api.ts'
import { eventCatalogue } from './event-catalogue.ts'

const paid = defineEvent({
  name: 'order_paid',
  aggregate: 'order',
  version: 2,
  payload: z.object({
    cents: z.int().describe('What was paid'),
    by: z.enum(['card', 'cash']).optional(),
    note: z.string().nullish()
  }),
  description: 'An order was paid.',
  example: { cents: 100, by: 'card' }
})
const channel = {
  topic: 'orders_server.orders.outbox',
  producer: 'order-service',
  consumers: ['delivery-service'],
  source: 'order-service/src/orders/order-events.ts',
  events: [paid]
}

/** Every `$ref` of a document, and what it points to. */
function references(document: unknown, inside: unknown = document): readonly (readonly [string, unknown])[] {
  if (typeof inside !== 'object' || inside === null) return []
  if ('$ref' in inside && typeof inside.$ref === 'string') {
    const found = inside.$ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document)
    return [[inside.$ref, found]]
  }
  return Object.values(inside).flatMap(member => references(document, member ?? null))
}

describe('eventCatalogue', () => {
  it('lists topic, key, fields and an example record of each event', () => {
    const page = eventCatalogue([channel])
    expect(page).toContain('| [`order_paid`](#order_paid) | 2 | `orders_server.orders.outbox` | order id |')
    expect(page).toContain('| `cents` | integer | What was paid |')
    expect(page).toContain('| `note` | string or null | optional |')
    expect(page).toContain('| `by` | `"card"` or `"cash"` | optional |')
    expect(page).toContain(String.raw`"payload": "{\"by\":\"card\",\"cents\":100}"`)
    expect(eventCatalogue([channel])).toBe(page)
  })

  it('says whose id the key is, where it is not the id of the aggregate', () => {
    expect(eventCatalogue([{ ...channel, idOf: 'basket' }])).toContain('| `orders_server.orders.outbox` | basket id |')
  })

  it('shows the records of the Outbox Event Router where a channel says so', () => {
    const page = eventCatalogue([{ ...channel, shape: 'routed' }])
    expect(page).toContain('The value is the payload as JSON text.')
    expect(page).toContain(String.raw`"key": 1,
  "value": "{\"by\":\"card\",\"cents\":100}",
  "headers": {
    "event": "order_paid",`)
    expect(page).not.toContain('binlog_pos')
  })
})

describe('asyncApi', () => {
  const document = asyncApi({ title: 'Orders', version: '1.0.0' }, [channel])

  it('points only to what is there', () => {
    const found = references(document)
    expect(found.length).toBeGreaterThan(4)
    expect(found.filter(([, target]) => target === undefined)).toEqual([])
  })

  it('points to what is there for a schema that is shared or contains itself', () => {
    const address = z.object({ city: z.string() }).meta({ id: 'Address' })
    const box = z.object({
      get inside() {
        return z.array(box)
      }
    })
    const payload = z.object({ from: address, to: address, box })
    const example = { from: { city: 'Aa' }, to: { city: 'Au' }, box: { inside: [] } }
    const sent = defineEvent({ name: 'order_sent', aggregate: 'order', version: 1, payload, example })
    const found = references(asyncApi({ title: 'Orders', version: '1.0.0' }, [{ ...channel, events: [sent] }]))
    expect(found.map(([path]) => path)).toContainEqual(expect.stringContaining('schemas/order_sent/definitions/'))
    expect(found.filter(([, target]) => target === undefined)).toEqual([])
  })

  it('has the producer send and the consumer receive', () => {
    expect(document).toMatchObject({
      asyncapi: '3.0.0',
      operations: {
        'order-service.send': { action: 'send' },
        'delivery-service.receive': { action: 'receive' }
      },
      components: { schemas: { order_paid: { type: 'object', required: ['cents'] } } }
    })
  })

  it('describes the records of the Outbox Event Router where a channel says so', () => {
    const routed = asyncApi({ title: 'Orders', version: '1.0.0' }, [{ ...channel, shape: 'routed' }])
    expect(references(routed).filter(([, target]) => target === undefined)).toEqual([])
    expect(routed).toMatchObject({
      components: {
        messages: {
          order_paid: {
            headers: { required: expect.arrayContaining(['event', 'created_at', 'message_id']) },
            payload: { properties: { payload: { type: 'string' } } },
            bindings: { kafka: { key: { properties: { payload: { type: 'integer' } } } } }
          }
        }
      }
    })
  })
})
