import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { avroSchema } from '@outbox-cdc/outbox/avro'
import { defineEvent } from '@outbox-cdc/outbox'
import { channels } from '../event-catalogue.ts'
import { report } from './commands.ts'
import { projectSchemas } from './events.ts'
import { judge } from './judge.ts'
import type { KnownSchemas } from './known-schemas.ts'

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

async function verdictOf(fields: z.ZodRawShape, reader: z.ZodRawShape = {}, refusal?: string) {
  const known: KnownSchemas = {
    place: 'memory',
    subjects: async () => [],
    latest: async () => schemaOf(base),
    ...(refusal === undefined ? {} : { refusal: async () => refusal })
  }
  const of = (service: string, shape: z.ZodRawShape) => [{ service, subject: 'order.placed', schema: schemaOf(shape) }]
  const [verdict] = await judge({ written: of('shop', fields), read: of('depot', reader) }, known)
  if (verdict === undefined) throw new Error('There is no verdict')
  return verdict
}

const rule = '(BACKWARD: a new version must read what the last one wrote)'
const { name: _name, ...withoutName } = base
const { gift: _gift, ...withoutGift } = base

const compatible: readonly (readonly [string, z.ZodRawShape, readonly string[]])[] = [
  ['nothing', base, []],
  [
    'a field added that may be left out',
    { ...base, colour: z.string().optional() },
    ['+ colour: null or string, by default null']
  ],
  [
    'a field added with a default',
    { ...base, colour: z.string().default('red') },
    ['+ colour: string, by default "red"']
  ],
  ['a field removed', withoutName, ['- name: string']],
  [
    'an optional field renamed',
    { ...withoutGift, present: z.string().optional() },
    ['+ present: null or string, by default null', '- gift: null or string']
  ],
  ['a number widened', { ...base, weight: z.int() }, ['~ weight: int → long']],
  ['a whole number become any number', { ...base, quantity: z.number() }, ['~ quantity: long → double']],
  [
    'a field that may be left out now',
    { ...base, quantity: z.int().optional() },
    ['~ quantity: long → null or long, by default null']
  ],
  [
    'a word added',
    { ...base, size: z.enum(['small', 'large', 'huge']) },
    ['~ size: one of small, large → one of small, large, huge']
  ],
  [
    'a field added within',
    { ...base, address: address.extend({ town: z.string().optional() }) },
    ['+ address.town: null or string, by default null']
  ]
]

const refused: readonly (readonly [string, z.ZodRawShape, string])[] = [
  [
    'a field added without a default',
    { ...base, colour: z.string() },
    'colour is read without a default, and was not written'
  ],
  ['a field renamed', { ...withoutName, title: z.string() }, 'title is read without a default, and was not written'],
  ['a field retyped', { ...base, quantity: z.string() }, 'quantity was written as long and is read as string'],
  [
    'a number narrowed',
    { ...base, quantity: z.int().meta({ avro: 'int' }) },
    'quantity was written as long and is read as int'
  ],
  ['a null no longer', { ...base, gift: z.string() }, 'gift was written as null and is read as string'],
  ['a word removed', { ...base, size: z.enum(['small']) }, 'size large may have been written, and is not read'],
  [
    'words in place of text',
    { ...base, name: z.enum(['joon']) },
    'name was written as string and is read as one of joon'
  ],
  [
    'a field within',
    { ...base, address: address.extend({ town: z.string() }) },
    'address.town is read without a default, and was not written'
  ],
  ['what a list holds', { ...base, tags: z.array(z.int()) }, 'tags.item was written as string and is read as long'],
  [
    'a list become a map',
    { ...base, tags: z.record(z.string(), z.string()) },
    'tags was written as array of string and is read as map of string'
  ]
]

describe('a change of an event', () => {
  it.each(compatible)('may go out: %s', async (_, fields, changes) => {
    expect(await verdictOf(fields)).toMatchObject({ problems: [], changes, state: changes.length ? 'changed' : 'same' })
  })

  it.each(refused)('is refused, by field and rule: %s', async (_, fields, problem) => {
    expect((await verdictOf(fields)).problems).toEqual([`${problem} ${rule}`])
  })

  it('is refused when a consumer could not read it, or could not read what lies in the topic', async () => {
    expect(await verdictOf(withoutName, { name: z.string() })).toMatchObject({
      readers: ['depot'],
      problems: ['name is read without a default, and was not written (depot could not read what shop writes)']
    })
    expect((await verdictOf({ ...base, colour: z.string().optional() }, { quantity: z.string() })).problems).toEqual([
      'quantity was written as long and is read as string (depot could not read what shop writes)',
      'quantity was written as long and is read as string (depot could not read what lies in the topic already)'
    ])
    expect((await verdictOf(base, { size: z.string(), note: z.string().optional() })).problems).toEqual([])
  })

  it('is refused when the registry refuses what our own rules allow', async () => {
    expect((await verdictOf({ ...base, colour: z.string().optional() }, {}, 'no thanks')).problems).toEqual([
      'the registry refuses it: no thanks'
    ])
  })
})

describe('the schemas of this project', () => {
  it('have a definition of their own for each consumer of the catalogue', () => {
    const readers = new Set(projectSchemas().read.map(({ service }) => service))
    expect(channels.flatMap(({ consumers }) => consumers).filter(name => !readers.has(name))).toEqual([])
  })

  it('are missed where a consumer reads what nobody publishes', async () => {
    const known = { place: 'memory', subjects: async () => ['order.lost'], latest: async () => undefined }
    const { read } = projectSchemas()
    const verdicts = await judge({ written: [], read }, known)
    expect(verdicts.map(({ subject, state }) => `${subject} ${state}`)).toEqual([
      'order.lost gone',
      'order.order_created gone'
    ])
    expect(verdicts[1]?.problems).toEqual(['delivery-service reads it, and nobody publishes it'])
  })

  it('are refused while the committed snapshot lags behind, and not while only a registry does', async () => {
    const lines: string[] = []
    const known: KnownSchemas = { place: 'docs/schemas', subjects: async () => [], latest: async () => undefined }
    const verdicts = await judge(projectSchemas(), known)
    expect(report(verdicts, known, line => lines.push(line))).toBe(1)
    expect(lines.join('\n')).toContain('npm run schemas -- snapshot')
    expect(report(verdicts, { ...known, refusal: async () => undefined }, () => {})).toBe(0)
  })
})
