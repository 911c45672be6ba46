import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { avroSchema } from './avro-schema.ts'

const define = (payload: z.ZodType) => defineEvent({ name: 'order_placed', aggregate: 'order', version: 1, payload })
const fieldsOf = (shape: z.ZodRawShape) => avroSchema(define(z.object(shape))).fields

describe('avroSchema', () => {
  it('gives the event a record named after it, in the namespace of its aggregate', () => {
    const definition = define(z.object({ name: z.string(), quantity: z.number().int() }))
    expect(avroSchema(definition)).toEqual({
      type: 'record',
      namespace: 'order',
      name: 'order_placed',
      fields: [
        { name: 'name', type: 'string' },
        { name: 'quantity', type: 'long' }
      ]
    })
    expect(avroSchema(definition)).toBe(avroSchema(definition))
  })

  it('takes every type that Avro has a word for', () => {
    const item = z.object({ sku: z.string() })
    const shape = {
      price: z.number(),
      paid: z.boolean(),
      at: z.codec(z.iso.datetime(), z.date(), { decode: text => new Date(text), encode: date => date.toISOString() }),
      state: z.enum(['new', 'sent']),
      kind: z.literal('web'),
      items: z.array(item),
      labels: z.record(z.string(), z.int()),
      small: z.int().meta({ avro: 'int' })
    }
    expect(fieldsOf(shape)).toEqual([
      { name: 'price', type: 'double' },
      { name: 'paid', type: 'boolean' },
      { name: 'at', type: 'string' },
      { name: 'state', type: { type: 'enum', name: 'order_placed_state', symbols: ['new', 'sent'] } },
      { name: 'kind', type: { type: 'enum', name: 'order_placed_kind', symbols: ['web'] } },
      {
        name: 'items',
        type: {
          type: 'array',
          items: { type: 'record', name: 'order_placed_items_item', fields: [{ name: 'sku', type: 'string' }] }
        }
      },
      { name: 'labels', type: { type: 'map', values: 'long' } },
      { name: 'small', type: 'int' }
    ])
  })

  it('distinguishes an optional field from a nullable one, and keeps defaults', () => {
    const shape = {
      left: z.string().optional(),
      empty: z.string().nullable(),
      both: z.int().nullish(),
      preset: z.string().default('web'),
      nothing: z.string().nullable().default(null),
      small: z.int().meta({ avro: 'int' }).optional()
    }
    expect(fieldsOf(shape)).toEqual([
      { name: 'left', type: ['null', 'string'], default: null },
      { name: 'empty', type: ['null', 'string'] },
      { name: 'both', type: ['null', 'long'], default: null },
      { name: 'preset', type: 'string', default: 'web' },
      { name: 'nothing', type: ['null', 'string'], default: null },
      { name: 'small', type: ['null', 'int'], default: null }
    ])
  })

  it('is not changed by a bound, a pattern or a description', () => {
    const before = avroSchema(define(z.object({ name: z.string(), quantity: z.int() })))
    const bounded = z.object({ name: z.string().min(1).describe('Who'), quantity: z.int().min(1).max(99) })
    expect(avroSchema(define(bounded))).toEqual(before)
  })

  it('writes a schema that several events share in each place, although it has an id', () => {
    const address = z.object({ city: z.string().meta({ avro: 'string' }) }).meta({ id: 'Address' })
    const record = (name: string) => ({ type: 'record', name, fields: [{ name: 'city', type: 'string' }] })
    expect(fieldsOf({ from: address, to: address })).toEqual([
      { name: 'from', type: record('order_placed_from') },
      { name: 'to', type: record('order_placed_to') }
    ])
  })

  const node: z.ZodType = z.object({
    get next() {
      return node.optional()
    }
  })
  it.each([
    ['text or number', z.object({ a: z.union([z.string(), z.int()]) }), 'the field a is a union'],
    ['one of several objects', z.object({ a: z.discriminatedUnion('t', [z.object({ t: z.literal('x') })]) }), 'union'],
    ['a tuple', z.object({ a: z.tuple([z.string(), z.int()]) }), 'the field a is a tuple'],
    ['anything', z.object({ a: z.object({ b: z.unknown() }) }), 'the field a.b may be anything'],
    ['a map of anything', z.object({ a: z.record(z.string(), z.unknown()) }), 'does not define the type of its values'],
    ['an object that may hold more', z.object({ a: z.object({ b: z.int() }).catchall(z.int()) }), 'a record or a map'],
    ['what contains itself', node, 'contains itself'],
    ['a name with a dash', z.object({ 'a-b': z.int() }), 'the field a-b is not a valid name in Avro'],
    ['a symbol with a blank', z.object({ a: z.enum(['on hold']) }), 'not valid symbols in Avro'],
    ['a number as constant', z.object({ a: z.literal(7) }), 'not valid symbols in Avro'],
    [
      'two fields whose types would have one name',
      z.object({ ship: z.object({ to: z.object({ city: z.string() }) }), ship_to: z.object({ zip: z.string() }) }),
      'the field ship_to would get the name of the field ship.to, order_placed_ship_to'
    ],
    ['a type by hand that Avro does not know', z.object({ a: z.int().meta({ avro: 'integer' }) }), 'integer'],
    ['null or another default', z.object({ a: z.string().nullable().default('x') }), 'Avro allows only one of them'],
    ['no object at all', z.string(), 'a payload must be an object']
  ])('rejects %s, naming event and field', (_what, payload, words) => {
    expect(() => avroSchema(define(payload))).toThrow(words)
    expect(() => avroSchema(define(payload))).toThrow('Event order_placed cannot be written as Avro')
  })
})
