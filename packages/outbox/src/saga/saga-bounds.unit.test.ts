import { randomUUID } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { approved, created, reserved, twoServices } from '../../test/saga-steps.ts'
import { createSagaIndex, type StepInput } from './index.ts'

/** In one piece, as a record brings it. */
const newText = () => Buffer.from(randomUUID()).toString()

/** A settled saga, or one that waits for its answer, each with texts of its own. */
function sagaOf(n: number, isOpen: boolean): readonly StepInput[] {
  const correlationId = newText()
  let causationId: string | undefined
  return (isOpen ? [created] : [created, reserved, approved]).map(step => {
    const messageId = newText()
    const made = { ...step, messageId, causationId, correlationId, aggregateId: `order-${n}`, at: step.at + n }
    causationId = messageId
    return { ...made, offset: 3 * n }
  })
}

function heapMb(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().heapUsed / 1024 / 1024
}

it('holds at most 50,000 steps, in less than 100 MB, whether sagas settle or not', () => {
  for (const [isOpen, all] of [
    [false, 20_000],
    [true, 55_000]
  ] as const) {
    const before = heapMb()
    const index = createSagaIndex(twoServices)
    for (let n = 0; n < all; n++) sagaOf(n, isOpen).forEach(index.add)
    const { steps, sagas, evicted, evictedOpen } = index.counts(0)
    expect(steps).toBeLessThanOrEqual(50_000)
    expect(steps).toBeGreaterThan(49_990)
    expect(sagas + evicted).toBe(all)
    expect(evictedOpen).toBe(isOpen ? evicted : 0)
    // Forgotten sagas are found no more, and the ones that are left are.
    expect(index.sagasOf({ aggregate: 'order', id: 'order-1' }, 0)).toEqual([])
    expect(index.sagasOf({ aggregate: 'order', id: `order-${all - 1}` }, 0)).toHaveLength(1)
    const used = heapMb() - before
    if (process.env.TEST_LOG !== undefined) console.log(`${isOpen ? 'open' : 'settled'}: ${used.toFixed(1)} MB`)
    expect(used).toBeLessThan(100)
  }
})

it('keeps a place for at most 100 copies of a message', () => {
  const index = createSagaIndex(twoServices)
  for (let offset = 0; offset < 5_000; offset++) index.add({ ...created, offset })
  expect(index.saga('request-7', 0)?.steps).toMatchObject([{ offset: 0, copies: 100 }])
})
