import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { defineEvent } from '../index.ts'
import { avroSchema, checkSchemas, type KnownSchemas, registeredSchemas } from './index.ts'

const address = z.object({ street: z.string() })
const base = {
  name: z.string(),
  quantity: z.int(),
  size: z.enum(['small', 'large']),
  note: z.string().optional(),
  gift: z.string().nullable(),
  address,
  tags: z.array(z.string()),
  weight: z.int().meta({ avro: 'int' })
}

function schemaOf(fields: z.ZodRawShape) {
  return avroSchema(defineEvent({ name: 'placed', aggregate: 'order', version: 1, payload: z.object(fields) }))
}

const definedBy = (service: string, shape: z.ZodRawShape) => [
  { service, subject: 'order.placed', schema: schemaOf(shape) }
]
const remembered: KnownSchemas = { subjects: async () => ['order.placed'], latest: async () => schemaOf(base) }

async function check(fields: z.ZodRawShape, reader: z.ZodRawShape = {}, known = remembered) {
  const [finding] = await checkSchemas({ written: definedBy('shop', fields), read: definedBy('depot', reader) }, known)
  return finding
}

const rule = '(BACKWARD: a new version must read what the last one wrote)'
const { name: _name, ...withoutName } = base
const { gift: _gift, ...withoutGift } = base

const compatible: readonly (readonly [string, z.ZodRawShape])[] = [
  ['an optional field added', { ...base, colour: z.string().optional() }],
  ['a field added with a default', { ...base, colour: z.string().default('red') }],
  ['a field removed', withoutName],
  ['an optional field renamed', { ...withoutGift, present: z.string().optional() }],
  ['a number widened', { ...base, weight: z.int() }],
  ['a whole number changed to any number', { ...base, quantity: z.number() }],
  ['a field made optional', { ...base, quantity: z.int().optional() }],
  ['a symbol added', { ...base, size: z.enum(['small', 'large', 'huge']) }],
  ['an optional field added inside', { ...base, address: address.extend({ town: z.string().optional() }) }]
]

const lost = 'has no default, and order.placed'
const refused: readonly (readonly [string, z.ZodRawShape, string])[] = [
  ['a required field added', { ...base, colour: z.string() }, `colour ${lost}.colour was not written`],
  ['a field renamed', { ...withoutName, title: z.string() }, `title ${lost}.title was not written`],
  ['a field retyped', { ...base, quantity: z.string() }, 'quantity was written as "long" and is read as "string"'],
  [
    'a number narrowed',
    { ...base, quantity: z.int().meta({ avro: 'int' }) },
    'quantity was written as "long" and is read as "int"'
  ],
  ['null forbidden', { ...base, gift: z.string() }, 'gift was written as "null" and is read as "string"'],
  ['a symbol removed', { ...base, size: z.enum(['small']) }, 'size must keep every symbol of "order.placed_size"'],
  [
    'text narrowed to symbols',
    { ...base, name: z.enum(['joon']) },
    'name was written as "string" and is read as "order.placed_name"'
  ],
  [
    'a required field added inside',
    { ...base, address: address.extend({ town: z.string() }) },
    'address has no default, and order.placed_address.town was not written'
  ],
  ['other items in a list', { ...base, tags: z.array(z.int()) }, 'tags was written as "string" and is read as "long"'],
  [
    'a list changed to a map',
    { ...base, tags: z.record(z.string(), z.string()) },
    'tags was written as {"type":"array","items":"string"} and is read as {"type":"map","values":"string"}'
  ]
]

describe('a change of an event', () => {
  it('is no change when the definition stays', async () => {
    expect(await check(base)).toEqual({ subject: 'order.placed', state: 'unchanged', readers: ['depot'], problems: [] })
  })

  it.each(compatible)('may go out: %s', async (_, fields) => {
    expect(await check(fields)).toMatchObject({ state: 'changed', problems: [] })
  })

  it.each(refused)('is rejected with its field and the reason: %s', async (_, fields, problem) => {
    expect((await check(fields))?.problems).toEqual([`${problem} ${rule}`])
  })

  it('is rejected once for each field that breaks it', async () => {
    const problems = (await check({ ...base, quantity: z.string(), tags: z.string() }))?.problems
    expect(problems?.map(problem => problem.split(' ')[0])).toEqual(['quantity', 'tags'])
  })

  it('is rejected when a consumer cannot read it, or cannot read what the topic holds', async () => {
    expect((await check(withoutName, { name: z.string() }))?.problems).toEqual([
      "name has no default, and order.placed.name was not written (depot can't read what shop writes)"
    ])
    expect((await check({ ...base, colour: z.string().optional() }, { quantity: z.string() }))?.problems).toEqual([
      'quantity was written as "long" and is read as "string" (depot can\'t read what shop writes)',
      'quantity was written as "long" and is read as "string" (depot can\'t read what the topic already holds)'
    ])
  })

  it('lets a consumer read a symbol as text, and leave out fields', async () => {
    expect((await check(base, { size: z.string(), note: z.string().optional() }))?.problems).toEqual([])
  })

  it('is rejected when the registry rejects what our own rules allow', async () => {
    const strict = { ...remembered, rejection: async () => 'no thanks' }
    expect((await check({ ...base, colour: z.string().optional() }, {}, strict))?.problems).toEqual([
      'the registry rejects it: no thanks'
    ])
  })

  it('is found when an event is new, or no longer published although a consumer reads it', async () => {
    const other = { subjects: async () => ['order.lost'], latest: async () => undefined }
    expect(await check(base, {}, other)).toMatchObject({ state: 'new', problems: [] })
    expect(await checkSchemas({ written: [], read: definedBy('depot', {}) }, other)).toMatchObject([
      { subject: 'order.lost', state: 'gone', problems: [] },
      { subject: 'order.placed', state: 'gone', problems: ['depot reads it, but no service publishes it'] }
    ])
  })
})

describe('a registry', () => {
  it('that answers an error is named with what it was asked', async () => {
    const server = createServer((_request, response) => response.writeHead(500).end())
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await expect(check(base, {}, registeredSchemas({ url }))).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      message: `The schema registry ${url} answered 500 to /subjects/order.placed/versions/latest`
    })
  })

  it('that is away is named with the cause', async () => {
    await expect(check(base, {}, registeredSchemas({ url: 'http://127.0.0.1:2' }))).rejects.toThrow(
      /^The schema registry http:\S+ does not answer: .*ECONNREFUSED/
    )
  })
})
