import { describe, expect, it } from 'vitest'
import { buildFlow } from './build-flow.ts'
import { findProblems } from './find-problems.ts'
import { aHealthyPipeline, names, noRates, now, running } from '../testing/a-healthy-pipeline.ts'

const failing = (ms: number, reason = 'connection refused') => ({ failing: { since: now - ms, reason } })
const headline = (change: Parameters<typeof aHealthyPipeline>[0]) =>
  buildFlow(aHealthyPipeline(change), names, {
    rates: noRates,
    latency: { toDebezium: null, toKafka: null, toDelivery: null }
  }).headline
const waiting = (events: number, ms: number) => ({ value: { events, oldestAt: now - ms }, at: now })
const failedTask = {
  ...running,
  tasks: [
    { id: 0, state: 'FAILED', trace: 'org.a.B: stopped\n\tat x\nCaused by: com.X: binlog.000007 was purged\n\tat y' }
  ]
}

describe('the sentence on top', () => {
  it('says that all is well when every part answers and nothing waits', () => {
    expect(findProblems(aHealthyPipeline(), names)).toEqual([])
    expect(headline({})).toMatchObject({
      state: 'ok',
      text: 'All is well, no new orders, newest delivered 6.0 ms after commit'
    })
  })

  it('says how long nothing has left MySQL, and why, when a task failed under a RUNNING connector', () => {
    const connector = { value: { status: failedTask, others: [] }, at: now }
    expect(headline({ connector, waiting: waiting(120, 14_000) })).toMatchObject({
      state: 'stopped',
      hop: 'debezium',
      text: 'Nothing has left MySQL for 14 s: Debezium: task 0 failed: X: binlog.000007 was purged.'
    })
  })

  it('names Kafka Connect when it does not answer, although nothing waits yet', () => {
    expect(headline({ connector: failing(3_000) }).text).toBe(
      'New orders would not leave MySQL: Kafka Connect at http://connect has not answered for 3 s (connection refused).'
    )
  })

  it('does not believe RUNNING when events wait and none moves', () => {
    const { state, text } = headline({ waiting: waiting(40, 9_000), stuckSince: { mysql: now - 8_000 } })
    expect(state).toBe('stopped')
    expect(text).toContain('although orders-connector says RUNNING; 40 events wait')
  })

  it('calls a backlog that moves slow, not stopped', () => {
    expect(headline({ waiting: waiting(4_000, 9_000) })).toMatchObject({ state: 'slow', hop: 'debezium' })
  })

  it('names the cause before its effects', () => {
    const away = { orders: failing(4_000), connector: failing(4_000), deliveries: failing(4_000) }
    expect(headline(away)).toMatchObject({ hop: 'mysql' })
  })

  it('says that the group has no members and what waits for it', () => {
    const group = {
      value: { state: 'empty', members: 0, committed: new Map([[0, 90]]), oldestWaitingAt: now - 12_000 },
      at: now
    }
    expect(headline({ group })).toMatchObject({ state: 'stopped', hop: 'delivery' })
    expect(headline({ group }).text).toBe(
      'Nothing has been delivered for 12 s: the group delivery-service has no members; 10 events wait in Kafka.'
    )
  })

  it('says of a pipeline of which it was told only Kafka what it knows', () => {
    const kafkaOnly = { orders: undefined, connector: undefined, deliveries: undefined, waiting: undefined }
    expect(headline(kafkaOnly)).toMatchObject({ state: 'ok', text: 'All is well, no new events' })
    const group = { value: { state: 'dead', members: 0, committed: new Map() }, at: now }
    expect(headline({ ...kafkaOnly, group })).toMatchObject({
      state: 'unknown',
      text: expect.stringContaining('There is no group delivery-service')
    })
  })

  it('warns of a partition without all its replicas', () => {
    const topic = { value: { ...aHealthyPipeline().topic.value!, lackingReplicas: 3 }, at: now }
    expect(headline({ topic })).toMatchObject({ state: 'slow', text: expect.stringContaining('3 partitions of') })
  })

  it('does not blame a handler while the group shares out its partitions', () => {
    const group = {
      value: {
        state: 'preparing rebalance',
        members: 2,
        committed: new Map([[0, 90]]),
        oldestWaitingAt: now - 12_000
      },
      at: now
    }
    const { state, text, advice } = headline({ group, stuckSince: { group: now - 9_000 } })
    expect(state).toBe('stopped')
    expect(text).toContain('shares out its partitions anew; 10 events wait')
    expect(advice).toContain('goes on by itself')
  })

  it('asks for a person when events are parked and all else is well', () => {
    const deliveries = { value: { latencies: [], deliveredAt: new Map(), parked: { events: 2, keys: 1 } }, at: now }
    expect(headline({ deliveries })).toMatchObject({
      state: 'slow',
      text: expect.stringContaining('2 events are parked')
    })
  })

  it('says no heartbeat when the connector has been silent', () => {
    expect(headline({ heartbeat: { value: now - 60_000, at: now } }).text).toContain('last heartbeat is 60 s old')
  })

  it.each(['PAUSED', 'STOPPED'])('says how to go on when the connector is %s', state => {
    const status = { ...running, connector: { state }, tasks: [] }
    expect(headline({ connector: { value: { status, others: [] }, at: now } }).advice).toMatch(/Resume/)
  })
})
