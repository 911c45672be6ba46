import { Matchers } from '@pact-foundation/pact'
import { z } from 'zod'

type Schema = {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly example?: unknown
}

/**
 * What a contract expects of JSON that `schema` reads: each field that must be there, by its type. An optional field is left out,
 * because the reader does without it. `example` is a value as it travels; without one the values are made up, always the same.
 * Throws for what no contract can state, with the field's path.
 */
export function expectationOf(schema: z.ZodType, example?: unknown): unknown {
  return expect(z.toJSONSchema(schema, { io: 'input' }) as Schema, example, '$')
}

function expect(schema: Schema, given: unknown, path: string): unknown {
  const example = given ?? schema.example
  const choices = schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  if (choices !== undefined) return oneOf(choices, example, path)
  const alternatives = schema.anyOf?.filter(({ type }) => type !== 'null') ?? []
  if (alternatives[0] !== undefined && alternatives.length === 1) return expect(alternatives[0], example, path)
  switch (typeOf(schema) ?? '') {
    case 'object':
      return fields(schema, example, path)
    case 'array':
      return Matchers.eachLike(
        expect(schema.items ?? {}, Array.isArray(example) ? example[0] : undefined, `${path}[*]`)
      )
    case 'string':
      return text(schema, example, path)
    case 'integer':
      return Matchers.integer(typeof example === 'number' ? example : within(schema))
    case 'number':
      return Matchers.number(typeof example === 'number' ? example : within(schema))
    case 'boolean':
      return Matchers.boolean(example === true)
    default:
      throw new Error(`${path} can be of several types, which a contract cannot state.`)
  }
}

// That null is allowed too can't be said, so a contract holds the type that a reader needs.
const typeOf = ({ type }: Schema) => (Array.isArray(type) ? type.filter(one => one !== 'null').join() : type)

function fields({ properties = {}, required = [] }: Schema, example: unknown, path: string): unknown {
  const values = (example ?? {}) as Readonly<Record<string, unknown>>
  const entries = required.map(name => [name, expect(properties[name] ?? {}, values[name], `${path}.${name}`)] as const)
  // By its type: as a value, {} would match only {}.
  return entries.length === 0 ? Matchers.like({}) : Object.fromEntries(entries)
}

function oneOf(choices: readonly unknown[], example: unknown, path: string): unknown {
  const value = choices.includes(example) ? example : choices[0]
  if (choices.length === 1) return Matchers.equal(value)
  if (!choices.every(choice => typeof choice === 'string'))
    throw new Error(`${path} can be one of several values that are no texts, which a contract cannot state.`)
  return Matchers.regex(`^(${choices.map(escaped).join('|')})$`, String(value))
}

const escaped = (text: string) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)

const samples = ['text', '2026-01-02T03:04:05Z', '2026-01-02', '01980000-0000-7000-8000-000000000001', '1', '12.50']

function text({ pattern, format }: Schema, example: unknown, path: string): unknown {
  if (pattern === undefined || /\(\?<?[=!]/.test(pattern))
    return Matchers.string(typeof example === 'string' ? example : 'text')
  const fits = new RegExp(pattern)
  const value = [example, ...samples].find(sample => typeof sample === 'string' && fits.test(sample))
  if (typeof value !== 'string') throw new Error(`${path} needs an example ${format ?? `that fits ${pattern}`}.`)
  return Matchers.regex(pattern, value)
}

const within = ({ minimum = 1, maximum = Infinity }: Schema) => Math.min(Math.max(1, minimum), maximum)
