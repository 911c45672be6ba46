import { Matchers } from '@pact-foundation/pact'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { expectationOf } from './expectation.ts'

it('expects each field that must be there, by its type, and leaves out the optional ones', () => {
  const schema = z.object({
    name: z.string(),
    quantity: z.int().min(3),
    weight: z.number(),
    fresh: z.boolean(),
    at: z.iso.datetime(),
    kind: z.enum(['ROSE', 'LILY']),
    state: z.literal('PAID'),
    lines: z.array(z.object({ id: z.uuid() })),
    note: z.string().optional(),
    price: z.codec(z.string().regex(/^\d+\.\d\d$/), z.bigint(), {
      decode: text => BigInt(text.replace('.', '')),
      encode: String
    })
  })
  expect(Matchers.reify(expectationOf(schema))).toEqual({
    name: 'text',
    quantity: 3,
    weight: 1,
    fresh: false,
    at: '2026-01-02T03:04:05Z',
    kind: 'ROSE',
    state: 'PAID',
    lines: [{ id: '01980000-0000-7000-8000-000000000001' }],
    price: '12.50'
  })
  expect(expectationOf(schema)).toMatchObject({
    quantity: { 'pact:matcher:type': 'integer' },
    at: { 'pact:matcher:type': 'regex' },
    kind: { 'pact:matcher:type': 'regex', regex: '^(ROSE|LILY)$' },
    lines: { 'pact:matcher:type': 'type', min: 1 }
  })
})

it('gives the same expectation each time, so that a contract changes only with its schema', () => {
  const schema = z.object({ id: z.uuid(), at: z.iso.datetime() })
  expect(expectationOf(schema)).toEqual(expectationOf(schema))
})

it('takes the values of an example, where they fit', () => {
  const schema = z.object({ name: z.string(), kind: z.enum(['ROSE', 'LILY']), lines: z.array(z.int()) })
  expect(Matchers.reify(expectationOf(schema, { name: 'Kim', kind: 'LILY', lines: [7], more: true }))).toEqual({
    name: 'Kim',
    kind: 'LILY',
    lines: [7]
  })
})

it('expects any object where no field is read', () => {
  expect(expectationOf(z.object({ note: z.string().optional() }))).toEqual(Matchers.like({}))
})

it('names the field that no contract can state', () => {
  const needs = (schema: z.ZodType) => () => expectationOf(z.object({ a: z.array(z.object({ b: schema })) }))
  expect(needs(z.union([z.string(), z.int()]))).toThrow('$.a[*].b can be of several types')
  expect(needs(z.string().regex(/^x{9}$/))).toThrow('$.a[*].b needs an example that fits ^x{9}$')
  expect(needs(z.literal([1, 2]))).toThrow('$.a[*].b can be one of several values')
})
