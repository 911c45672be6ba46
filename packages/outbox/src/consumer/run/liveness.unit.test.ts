import type { Knex } from 'knex'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { KafkaClient } from '../../kafka/kafka-client.ts'
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

describe('a consumer is stuck', () => {
  const stallAfterMs = 50

  /** A consumer with one event before it, at which nothing happens unless the test says so. */
  function watch() {
    const topic = createMemoryTopic({ partitions: 1 })
    topic.produce({ key: null, value: Buffer.from('{}'), headers: {} })
    const state = { isAway: false, next: 0n }
    const kafka = createMemoryKafka(topic)
    const watermarks: KafkaClient['watermarks'] = name =>
      state.isAway ? Promise.reject(new Error('away')) : kafka.watermarks(name)
    const watched = { db: {} as Knex, kafka: { ...kafka, watermarks }, topics: [topic.name], group: 'g' }
    const liveness = createLiveness({ ...watched, liveness: { stallAfterMs } }, () => [
      { topic: topic.name, partition: 0, next: state.next }
    ])
    const checkLater = async () => {
      await new Promise(resolve => setTimeout(resolve, stallAfterMs + 10))
      await liveness.check()
    }
    return { liveness, state, checkLater, produce: () => topic.produce({ key: null, value: null, headers: {} }) }
  }

  it('when an event waits and nothing happens, until something does', async () => {
    const { liveness, state, checkLater, produce } = watch()
    await liveness.check()
    expect(liveness.stuck()).toBe(false)
    await checkLater()
    expect(liveness.stuck()).toBe(true)
    produce()
    state.next = 1n
    await liveness.check()
    expect(liveness.stuck()).toBe(false)
  })

  it('never while Kafka is away, and not at once when it is back', async () => {
    const { liveness, state, checkLater } = watch()
    await liveness.check()
    state.isAway = true
    await checkLater()
    await checkLater()
    expect([liveness.stuck(), liveness.stalled()]).toEqual([false, 'Kafka does not answer: away'])
    state.isAway = false
    await liveness.check()
    expect(liveness.stuck()).toBe(false)
    await checkLater()
    expect(liveness.stuck()).toBe(true)
  })

  it('not while its attempts fail, which a restart would not heal', async () => {
    const { liveness, checkLater } = watch()
    await liveness.check()
    for (let attempt = 0; attempt < 3; attempt++) {
      await new Promise(resolve => setTimeout(resolve, stallAfterMs))
      liveness.failed()
      await liveness.check()
    }
    expect(liveness.stuck()).toBe(false)
    await checkLater()
    expect(liveness.stuck()).toBe(true)
  })
})
