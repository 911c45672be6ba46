import { expect, it } from 'vitest'
import { aHealthyPipeline, names, noNews, now } from '../testing/a-healthy-pipeline.ts'
import { buildFlow } from './build-flow.ts'
import { printFlow } from './print-flow.ts'

const { aggregates, effects } = aHealthyPipeline()
const moving = {
  aggregates: { ...aggregates!, value: { ...aggregates!.value!, rate: 41.6 } },
  effects: { ...effects!, value: { ...effects!.value!, latency: { p50: 6.2, p95: 9, p99: 14 } } }
}
const flowOf = (change: Parameters<typeof aHealthyPipeline>[0]) =>
  buildFlow([{ readings: aHealthyPipeline({ ...moving, ...change }), names }])
const lines = (change = {}, width = 100) => printFlow(flowOf(change), { width, color: false, now })

it('prints the sentence, a line for each hop and the newest orders', () => {
  const text = lines().join('\n')
  expect(text).toMatch(/^● All is well: 42 orders\/s/)
  for (const title of ['order-service', 'MySQL', 'Debezium', 'Kafka', 'delivery-service']) expect(text).toContain(title)
  expect(text).toContain('to delivered 6.2 ms, 99 % within 14 ms')
  expect(text).toMatch(/ 7 +joon ×95 +delivered in 6 ms/)
})

it.each([
  ['on its way', new Map()],
  ['delivered', new Map([['7', undefined]])],
  ['', undefined]
])('says of a row %j where that is all that is known', (words, appliedAt) => {
  const value = { latency: null, newest: undefined, appliedAt, parked: 0 }
  expect(lines({ effects: { value, at: now } }).at(-1)).toMatch(new RegExp(`^  7 +joon ×95 +${words}$`))
})

it('never prints a line wider than the terminal, nor a control character', () => {
  const hostile = { id: '7', at: now, columns: { name: 'a\u001b[2J\u0007\u202eb', quantity: 1 } }
  const change = {
    aggregates: { value: { newest: [hostile], ...noNews }, at: now },
    group: {
      value: {
        state: 'stable',
        members: 1,
        movedAt: now,
        others: [],
        left: [],
        lags: new Map([[0, 9]]),
        waiting: { events: 9, ms: now },
        rate: null
      },
      at: now
    }
  }
  const printed = lines(change, 60)
  for (const line of printed) expect(line.length).toBeLessThanOrEqual(60)
  expect(printed.join('\n')).not.toMatch(/(?!\n)\p{C}/u)
})
