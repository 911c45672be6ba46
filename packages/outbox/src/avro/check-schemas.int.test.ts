import { noRegistry, useRegistry } from '@outbox-cdc/test-support/use-registry'
import { uniqueName } from '@outbox-cdc/test-support/use-stack'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvent } from '../index.ts'
import { avroSchema, checkSchemas, registeredSchemas, schemaRegistry, subjectOf } from './index.ts'

const registry = useRegistry()

/** An event that no other test has, by its versions. */
function newEvent() {
  const aggregate = uniqueName('order')
  const name = 'order_placed'
  const subject = subjectOf({ aggregate, name })
  const schemaOf = (fields: z.ZodRawShape) =>
    avroSchema(defineEvent({ name, aggregate, version: 1, payload: z.object(fields) }))
  return {
    schemaOf,
    check: async (fields: z.ZodRawShape, wanted: z.ZodRawShape = {}) => {
      const written = [{ service: 'shop', subject, schema: schemaOf(fields) }]
      const read = [{ service: 'depot', subject, schema: schemaOf(wanted) }]
      return (await checkSchemas({ written, read }, registeredSchemas({ url: registry().url })))[0]
    },
    allow: async (compatibility: string) => {
      const headers = { 'Content-Type': 'application/json' }
      const url = `${registry().url}/config/${subject}`
      await fetch(url, { method: 'PUT', headers, body: JSON.stringify({ compatibility }) })
    }
  }
}

describe.skipIf(noRegistry !== undefined)('a check of schemas by a real registry', () => {
  it('finds a new event, and finds it again once it is registered', async () => {
    const { schemaOf, check } = newEvent()
    const fields = { name: z.string(), quantity: z.int() }
    expect(await check(fields)).toMatchObject({ state: 'new', problems: [] })
    await schemaRegistry({ url: registry().url }).register(schemaOf(fields))
    expect(await check(fields)).toMatchObject({ state: 'unchanged', readers: ['depot'], problems: [] })
  })

  it('rejects a change with its fields, the rule and the readers', async () => {
    const { schemaOf, check } = newEvent()
    await schemaRegistry({ url: registry().url }).register(schemaOf({ quantity: z.string() }))
    const wanted = { name: z.string(), quantity: z.int() }
    const finding = await check(wanted, wanted)
    expect(finding?.state).toBe('changed')
    const said = finding?.problems.join('\n')
    expect(said).toMatch(/quantity was written as "string" and is read as "long" \(BACKWARD:/)
    expect(said).toMatch(/name has no default, and \S+ was not written \(BACKWARD:/)
    expect(said).toContain("(depot can't read what the topic already holds)")
  })

  it('tells what the registry rejects although our rules allow it', async () => {
    const { schemaOf, check, allow } = newEvent()
    await schemaRegistry({ url: registry().url }).register(schemaOf({ name: z.string(), quantity: z.int() }))
    await allow('FULL')
    expect((await check({ name: z.string() }))?.problems).toEqual([
      expect.stringMatching(/^the registry rejects it: ./)
    ])
  })
})
