import { expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { expectAfter, parseSagaMap } from './index.ts'

const orderCreated = defineEvent({ name: 'order_created', aggregate: 'order', version: 1, payload: z.object({}) })
const answer = { oneOf: ['order_approved'], from: 'order-service', withinMs: 5_000 }

it('declares what must follow an event beside its definition', () => {
  expect(expectAfter(orderCreated, answer)).toEqual({ after: 'order_created', ...answer })
})

it('refuses a malformed name, no event, and no time', () => {
  for (const wrong of [{ oneOf: ['order approved'] }, { oneOf: [] }, { from: '' }, { withinMs: 0 }, { withinMs: 0.5 }])
    expect(() => expectAfter(orderCreated, { ...answer, ...wrong })).toThrow(
      `What must follow order_created: ${Object.keys(wrong)[0]}`
    )
})

it('reads a map from JSON, and names each field that is wrong', () => {
  const map = { services: { orderTopic: 'order-service' }, expectations: [{ after: 'order_created', ...answer }] }
  expect(parseSagaMap(JSON.stringify(map))).toEqual(map)
  expect(parseSagaMap('{"services":{}}')).toEqual({ services: {}, expectations: [] })
  expect(() => parseSagaMap('{')).toThrow('The saga map is not JSON')
  expect(() => parseSagaMap('{"services":{"a":1},"expectations":[{}],"more":1}')).toThrow(
    /services\.a: .*expectations\.0\.after: .*"more"/s
  )
})
