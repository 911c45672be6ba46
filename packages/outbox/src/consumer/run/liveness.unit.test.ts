import type { Knex } from 'knex'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createMemoryKafka, createMemoryTopic } from '../../testing/index.ts'
import { createLiveness } from './liveness.ts'

it('does not call a consumer stalled because the clock was changed', async () => {
  const topic = createMemoryTopic({ partitions: 1 })
  topic.produce({ key: null, value: null, headers: {} })
  const stalls: string[] = []
  const options = { stallAfterMs: 60_000, onStalled: (reason: string) => void stalls.push(reason) }
  const watched = {
    db: {} as Knex,
    kafka: createMemoryKafka(topic),
    topics: [topic.name],
    group: 'g',
    liveness: options
  }
  const liveness = createLiveness(watched, () => [{ topic: topic.name, partition: 0, next: 0n }])
  await liveness.check()
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  vi.setSystemTime(Date.now() + 3_600_000)
  await liveness.check()
  expect({ lag: liveness.lag(), stalls }).toEqual({ lag: 1, stalls: [] })
})
