import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonDecoding } from './decoding.ts'

const schema = { type: 'struct', name: 'orders.outbox.Value', fields: [{ field: 'name', type: 'string' }] }
const read = (text: string) => jsonDecoding.decode(Buffer.from(text)).content
const wrapped = (payload: unknown) => `{"schema":${JSON.stringify(schema)},"payload":${JSON.stringify(payload)}}`

// The parser rejects such a key (see below), and the generator often makes one.
const harmless = fc.jsonValue().filter(value => !JSON.stringify(value).includes('"__proto__":'))

it('reads a value the same with a known schema and with a new one', () => {
  fc.assert(
    fc.property(harmless, payload => {
      for (let time = 1; time <= 2; time++) expect(read(wrapped(payload))).toEqual(JSON.parse(JSON.stringify(payload)))
    })
  )
})

it.each([
  ['a member after the payload', `${wrapped(1).slice(0, -1)},"more":{}}`],
  ['two payloads', `${wrapped(1).slice(0, -1)},"payload":1}`],
  ['spaces', ` ${wrapped(1)}\n`],
  ['spaces within', wrapped(1).replace('"payload":', '"payload": ')]
])('reads a value with a known schema and %s', (_, text) => {
  read(wrapped(0))
  expect(read(text)).toBe(1)
})

it.each([
  ['no end', wrapped({ a: 1 }).slice(0, -1)],
  ['too many ends', `${wrapped({ a: 1 })}}`],
  ['nothing else', wrapped(1).replace(/1}$/, '')],
  ['a __proto__', wrapped(0).replace(/0}$/, '{"__proto__":1}}')]
])('rejects a value with a known schema and %s', (_, text) => {
  read(wrapped(0))
  expect(() => read(text)).toThrow(SyntaxError)
})
