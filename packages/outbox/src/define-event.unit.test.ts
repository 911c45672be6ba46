import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvent } from './define-event.ts'

const instant = z.codec(z.iso.datetime(), z.date(), {
  decode: text => new Date(text),
  encode: date => date.toISOString()
})
const orderCreated = defineEvent({
  name: 'order_created',
  aggregate: 'order',
  version: 2,
  payload: z.object({ name: z.string(), quantity: z.number().int() })
})
const payload = { name: 'joon', quantity: 95 }

describe('defineEvent', () => {
  it('makes events that carry the definition, a message id and the payload as JSON', () => {
    const event = orderCreated({ aggregateId: 7, aggregateVersion: 1, payload, correlationId: 'c' })
    expect(event).toMatchObject({
      name: 'order_created',
      schemaVersion: 2,
      correlationId: 'c',
      aggregateId: 7,
      aggregateVersion: 1,
      json: '{"name":"joon","quantity":95}'
    })
    expect(event.messageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('rejects an invalid value, naming event and field', () => {
    const bad = { name: 'joon', quantity: '95' as unknown as number }
    expect(() => orderCreated({ aggregateId: 7, payload: bad })).toThrow(
      expect.objectContaining({
        code: 'EVENT_INVALID',
        retryable: false,
        message: expect.stringMatching(/order_created.*payload\.quantity/)
      })
    )
  })

  it('rejects half a character in an id, which no database can store', () => {
    expect(() => orderCreated({ aggregateId: 7, payload, actor: 'x'.repeat(65) })).toThrow(
      /order_created.*actor: .*64 characters/
    )
    expect(() => orderCreated({ aggregateId: 7, payload, correlationId: 'half: \ud800' })).toThrow(
      /order_created.*correlationId: must be well-formed/
    )
  })

  it.each([1.5, 2 ** 53, Number.NaN, '7'])('rejects the aggregate id %s', aggregateId => {
    expect(() => orderCreated({ aggregateId: aggregateId as number, payload })).toThrow(/order_created.*aggregateId/)
  })

  it('leaves out a traceparent that cannot be read', () => {
    expect(orderCreated({ aggregateId: 7, payload, traceparent: 'x' }).traceparent).toBeUndefined()
  })

  it('writes no field that the schema does not know', () => {
    const event = orderCreated({ aggregateId: 7, payload: { ...payload, card: '4111' } as typeof payload })
    expect(event.json).toBe('{"name":"joon","quantity":95}')
  })

  it('lets a codec carry what JSON has no type for', () => {
    const paid = defineEvent({ name: 'paid', aggregate: 'order', version: 1, payload: z.object({ at: instant }) })
    const event = paid({ aggregateId: 1, payload: { at: new Date(0) } })
    expect(event.json).toBe('{"at":"1970-01-01T00:00:00.000Z"}')
    expect(z.decode(paid.payload, JSON.parse(event.json))).toEqual({ at: new Date(0) })
  })

  it.each([
    ['a name with a blank', { name: 'order created' }],
    ['version 0', { version: 0 }],
    ['a payload that JSON cannot carry', { payload: z.object({ at: z.date() }) }]
  ])('rejects a definition with %s', (_, wrong) => {
    const definition = { name: 'order_created', aggregate: 'order', version: 1, payload: z.object({}) }
    expect(() => defineEvent({ ...definition, ...wrong })).toThrow(
      expect.objectContaining({ code: 'DEFINITION_INVALID' })
    )
  })

  it('names the problem when a schema has a one-way transform', () => {
    const schema = z.object({ name: z.string().transform(name => name.length) })
    const readOnly = defineEvent({ name: 'read', aggregate: 'order', version: 1, payload: schema })
    expect(() => readOnly({ aggregateId: 1, payload: { name: 4 } })).toThrow(/read cannot be written/)
  })
})
