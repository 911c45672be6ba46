import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { EventHandler } from '../read/handler.ts'
import { groupByHandler, type Handled } from './decide.ts'

const handlers = ['a', 'b', 'c'].map(name => ({
  definition: { name },
  batch: true,
  work: async () => {}
})) as unknown as EventHandler[]

function items(list: readonly (readonly [key: number, handler: number])[]): Handled[] {
  return list.map(
    ([key, handler], id) => ({ key: String(key), handler: handlers[handler], event: { id } }) as unknown as Handled
  )
}

it('keeps the order of each key, loses no event, and calls each handler with its own events', () => {
  const events = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 })), { maxLength: 30 })
  fc.assert(
    fc.property(events, list => {
      const calls = groupByHandler(items(list))
      const handled = calls.flatMap(call => call.events.map(event => Number(event.id)))
      expect(handled.toSorted((a, b) => a - b)).toEqual(list.map((_, id) => id))
      for (const key of [1, 2, 3]) {
        const ids = handled.filter(id => list[id]?.[0] === key)
        expect(ids).toEqual(ids.toSorted((a, b) => a - b))
      }
      for (const call of calls)
        for (const { id } of call.events) expect(handlers[list[Number(id)]![1]]).toBe(call.handler)
    })
  )
})

it('makes few calls for events of mixed kinds', () => {
  const list = Array.from({ length: 100 }, (_, index) => [index, index % 3] as const)
  expect(groupByHandler(items(list))).toHaveLength(3)
})
