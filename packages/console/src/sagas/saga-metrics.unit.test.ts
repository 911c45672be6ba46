import { createSagaIndex, type StepInput } from '@outbox-cdc/outbox/saga'
import { expect, it } from 'vitest'
import { createSagaMetrics } from './saga-metrics.ts'

const map = {
  services: { asks: 'asker', answers: 'answerer' },
  expectations: [{ after: 'asked', oneOf: ['answered', 'refused'], from: 'answerer', withinMs: 1_000 }]
}

const step = (change: Partial<StepInput>): StepInput => ({
  messageId: 'm1',
  event: 'asked',
  aggregate: 'question',
  aggregateId: '7',
  correlationId: 'c1',
  topic: 'asks',
  partition: 0,
  offset: 0,
  at: Date.now() - 60_000,
  arrivedAt: Date.now() - 60_000,
  ...change
})

it('counts overdue answers by the event and the service until they come, and says how old the reading is', async () => {
  const index = createSagaIndex(map)
  const now = Date.now()
  const read = { from: now - 3_600_000, to: now - 2_000 }
  for (const topic of ['asks', 'answers']) index.caughtUp(topic, read)
  const topics = () => [{ topic: 'answers', read, unreadable: 0 }]
  const registry = createSagaMetrics({ map, index, topics, windowMs: 0, start: () => undefined, stop: () => undefined })
  const overdue = 'outbox_saga_expectations_overdue{event="asked",service="answerer"}'
  expect(await registry.metrics()).toContain(`${overdue} 0\n`)
  index.add(step({}))
  index.add(step({ messageId: 'm2', correlationId: 'c2', offset: 1 }))
  expect(await registry.metrics()).toContain(`${overdue} 2\n`)
  expect(await registry.metrics()).toMatch(/^outbox_sagas_stuck 2$/m)
  index.add(step({ messageId: 'm3', causationId: 'm1', event: 'refused', topic: 'answers' }))
  expect(await registry.metrics()).toContain(`${overdue} 1\n`)
  expect(await registry.metrics()).toMatch(/^outbox_saga_topics_read_age_seconds{topic="answers"} [2-9]/m)
})
