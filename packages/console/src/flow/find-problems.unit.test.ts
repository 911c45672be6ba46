import type { Verdict } from '@outbox-cdc/connectctl'
import { describe, expect, it } from 'vitest'
import { aHealthyPipeline, names, noNews, now, running } from '../testing/a-healthy-pipeline.ts'
import { buildFlow } from './build-flow.ts'
import { findProblems } from './find-problems.ts'

type Change = Parameters<typeof aHealthyPipeline>[0]
const failing = (ms: number, reason = 'connection refused') => ({ failing: { since: now - ms, reason } })
const picture = (change: Change) => buildFlow([{ readings: aHealthyPipeline(change), names }])
const only = (change: Change) => picture(change).hops[0]
const headline = (change: Change) => picture(change).headline
const kept = (verdict: Verdict) => ({ keeper: { value: verdict, at: now } })
const silent: Verdict = {
  state: 'silent',
  reason: 'RUNNING, but nothing has come through for 9.0 s',
  since: now - 5_000
}
const failedTask = {
  ...running,
  tasks: [
    { id: 0, state: 'FAILED', worker_id: 'a:1', trace: 'org.a.B: stopped\n\tat x\nCaused by: com.X: binlog was purged' }
  ]
} as const
const waitingGroup = (state: string, members: number, movedAt = now) => ({
  value: {
    state,
    members,
    movedAt,
    others: [],
    left: [],
    lags: new Map([[0, 10]]),
    waiting: { events: 10, ms: 12_000 },
    rate: null
  },
  at: now
})

describe('whether events leave MySQL', () => {
  it('is said to be well when the keeper sees events flow and every part answers', () => {
    expect(findProblems(aHealthyPipeline(), names)).toEqual([])
    expect(headline({})).toMatchObject({
      state: 'ok',
      text: 'All is well, no new orders, newest delivered 6 ms after commit'
    })
  })

  it("is the keeper's verdict, in its words and with its advice", () => {
    const flow = picture(kept({ ...silent, advice: 'The keeper restarts it.' }))
    expect(flow.hops[0]?.verdict).toMatchObject({ state: 'silent', since: now - 5_000 })
    expect(flow.headline).toEqual({
      state: 'stopped',
      hop: 'order_created',
      part: 'debezium',
      text: 'Events do not leave MySQL: RUNNING, but nothing has come through for 9.0 s.',
      advice: 'The keeper restarts it.',
      since: now - 5_000,
      see: '/connectors'
    })
  })

  it.each<[Verdict['state'], string]>([
    ['failed', 'stopped'],
    ['missing', 'stopped'],
    ['unreachable', 'stopped'],
    ['silent', 'stopped'],
    ['starting', 'slow'],
    ['paused', 'slow'],
    ['stopped', 'slow'],
    ['unknown', 'unknown'],
    ['flowing', 'ok']
  ])('is, for a keeper that says %s, %s', (state, expected) => {
    expect(headline(kept({ state, reason: 'why' })).state).toBe(expected)
  })

  it('is not doubted because rows and records are in another order, or because a part does not answer the console', () => {
    const newest = [{ id: '900', at: now - 600_000, columns: {} }]
    expect(headline({ aggregates: { value: { newest, ...noNews, rate: 9 }, at: now } }).state).toBe('ok')
    expect(headline({ connector: failing(4_000) }).state).toBe('ok')
    expect(headline({ aggregates: failing(4_000) }).state).toBe('slow')
  })

  it('cannot be told without a keeper, whatever RUNNING says', () => {
    expect(headline({ keeper: undefined })).toMatchObject({
      state: 'unknown',
      text: 'This page cannot tell whether events flow: no keeper is configured.'
    })
    expect(headline({ keeper: failing(4_000), connector: undefined }).text).toBe(
      'This page cannot tell whether events flow: the keeper at keeper:8084 has not answered for 4 s (connection refused).'
    )
  })

  it('is shown as Connect reports it where there is no keeper and a task failed', () => {
    expect(headline({ keeper: undefined, connector: { value: failedTask, at: now } })).toMatchObject({
      state: 'stopped',
      hop: 'order_created',
      part: 'debezium',
      text: 'Events do not leave MySQL: task 0 failed: X: binlog was purged.'
    })
  })

  it('shows no rate that is older than a few seconds', () => {
    const rateAt = (at: number) => {
      const value = { newest: [], ...noNews, rate: 9 }
      return only({ aggregates: { value, at, ...failing(1_000) } })?.parts.find(({ id }) => id === 'database')?.rate
    }
    expect([rateAt(now - 1_000), rateAt(now - 6_000)]).toEqual([9, null])
  })

  it('names the number and the state of the task', () => {
    const debezium = only({})?.parts.find(({ id }) => id === 'debezium')
    expect(debezium?.facts).toEqual([{ label: 'Connect', value: 'task 0: running', unit: 'text' }])
  })
})

describe('the sentence on top', () => {
  it('names a MySQL that both databases are on once, while the keeper still sees the last events flow', () => {
    expect(headline({ aggregates: failing(1_000), effects: failing(1_000) }).text).toMatch(/^MySQL /)
    expect(headline({ effects: failing(1_000) }).text).toMatch(/^The consumer's database /)
  })

  it('names the cause before its effects', () => {
    const away = { ...kept(silent), aggregates: failing(4_000), connector: failing(4_000), effects: failing(4_000) }
    expect(headline(away)).toMatchObject({ part: 'database', state: 'stopped' })
  })

  it('calls a table that does not exist an error of the configuration', () => {
    const reason = "Table 'orders.nothing' doesn't exist. Check aggregate.table"
    const aggregates = { failing: { since: now, reason, wrongSettings: true } }
    expect(headline({ aggregates })).toMatchObject({ state: 'unknown', text: `Configuration error: ${reason}.` })
  })

  it('says that the group has no members and what waits for it', () => {
    expect(headline({ group: waitingGroup('empty', 0) })).toMatchObject({
      state: 'stopped',
      part: 'delivery',
      text: 'Nothing has been delivered for 12 s: the group delivery-service has no members; 10 events wait in Kafka.'
    })
  })

  it('leaves out the parts that are not configured', () => {
    const kafkaOnly = { aggregates: undefined, connector: undefined, effects: undefined, keeper: undefined }
    expect(only({ ...kafkaOnly, writer: undefined })?.parts.map(({ id }) => id)).toEqual(['topic', 'delivery'])
    const group = {
      value: {
        state: 'dead',
        members: 0,
        movedAt: now,
        lags: new Map(),
        others: [],
        left: [],
        waiting: null,
        rate: null
      },
      at: now
    }
    const problems = findProblems(aHealthyPipeline({ ...kafkaOnly, group }), names)
    expect(problems.map(({ text }) => text)).toContainEqual(expect.stringContaining('no group delivery-service'))
  })

  it('warns of a partition without all its replicas', () => {
    const topic = { value: { ...aHealthyPipeline().topic.value!, lackingReplicas: 3 }, at: now }
    expect(headline({ topic })).toMatchObject({ state: 'slow', text: expect.stringContaining('3 partitions of') })
  })

  it('does not blame a handler while the group is rebalancing', () => {
    const { state, text, advice } = headline({ group: waitingGroup('preparing rebalance', 2, now - 9_000) })
    expect(state).toBe('stopped')
    expect(text).toContain('is rebalancing; 10 events wait')
    expect(advice).toContain('continues by itself')
  })

  it('calls what is committed by its configured name', () => {
    const textOf = (change: Change) =>
      buildFlow([{ readings: aHealthyPipeline(change), names: { ...names, aggregate: 'delivery' } }]).headline.text
    const none = { latency: null, newest: undefined, appliedAt: new Map(), parked: 0 }
    const undated = { ...none, appliedAt: new Map([['7', undefined]]) }
    const rate = { newest: [], ...noNews, rate: 9 }
    expect(textOf({ effects: { value: none, at: now } })).toBe('All is well, and no delivery has been delivered yet')
    expect(textOf({ effects: { value: undated, at: now } })).toBe('All is well, no new deliveries')
    expect(textOf({ aggregates: { value: rate, at: now } })).toContain('All is well: 9.0 deliveries/s')
  })

  it('asks for a person when events are parked and all else is well', () => {
    const effects = { value: { latency: null, newest: undefined, appliedAt: new Map(), parked: 2 }, at: now }
    expect(headline({ effects })).toMatchObject({
      state: 'slow',
      text: expect.stringContaining('2 events are parked')
    })
  })
})

describe('a part that refuses this page', () => {
  const refused = (reason: string) => ({ failing: { since: now - 9_000, reason, refused: true } })

  it('is the sentence itself, and no outage', () => {
    const sentence = 'Kafka at kafka:9092 refuses User:console: the password is wrong.'
    const [problem, ...others] = findProblems(aHealthyPipeline({ topic: refused(sentence) }), names)
    expect(problem).toMatchObject({ part: 'topic', state: 'unknown', text: sentence })
    expect(others).toEqual([])
  })

  it('leaves the lag of a topic whose records it may not read', () => {
    const { topic } = aHealthyPipeline()
    const unread = 'User:console lacks READ on the topic orders_server.orders.outbox.'
    const change = { topic: { ...topic, value: { ...topic.value!, unread } }, group: waitingGroup('stable', 0) }
    const {
      headline: worst,
      hops: [found]
    } = picture(change)
    expect(worst).toMatchObject({ state: 'stopped', part: 'delivery' })
    expect(found?.parts[3]).toMatchObject({ id: 'topic', state: 'unknown', words: 'its records cannot be read' })
    expect(headline({ topic: change.topic })).toMatchObject({ state: 'unknown', text: unread })
  })

  it('makes only the last part unknown if it is the group', () => {
    const sentence = 'User:console lacks DESCRIBE on the group delivery-service.'
    const {
      headline: worst,
      hops: [found]
    } = picture({ group: refused(sentence) })
    expect(worst).toMatchObject({ state: 'unknown', part: 'delivery', text: sentence })
    expect(found?.parts.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'ok', 'unknown'])
  })
})

describe('several hops', () => {
  const answers = { ...names, hop: 'answer', aggregate: 'reservation' }
  const two = (first: Change, second: Change) =>
    buildFlow([
      { readings: aHealthyPipeline(first), names },
      { readings: aHealthyPipeline(second), names: answers }
    ])
  const stopped = { group: waitingGroup('empty', 0) }
  const slow = { effects: { value: { latency: null, newest: undefined, appliedAt: new Map(), parked: 2 }, at: now } }

  it('share one sentence that says all is well, with the pace of each', () => {
    expect(two({}, {}).headline).toMatchObject({
      state: 'ok',
      hop: null,
      text: 'All is well: no new orders, newest delivered 6 ms after commit; no new reservations, newest delivered 6 ms after commit'
    })
  })

  it('have the sentence of the worst, which names it', () => {
    expect(two(slow, stopped).headline).toMatchObject({
      state: 'stopped',
      hop: 'answer',
      text: expect.stringMatching(/^answer: Nothing has been delivered for 12 s/)
    })
    expect(two(slow, {}).headline).toMatchObject({
      state: 'slow',
      hop: 'order_created',
      text: expect.stringMatching(/^order_created: Events flow, but 2 events are parked/)
    })
  })

  it('have a sentence without a name if it is the same for all', () => {
    expect(two({ topic: failing(4_000) }, { topic: failing(4_000) }).headline.text).toMatch(/^Kafka has not answered/)
  })

  it('keep their own state, and count what is parked in one group once', () => {
    const { hops } = two(slow, {})
    const states = hops.map(({ parts }) => parts.map(({ state }) => state))
    expect(states).toEqual([
      ['ok', 'ok', 'ok', 'ok', 'slow'],
      ['ok', 'ok', 'ok', 'ok', 'ok']
    ])
    expect(two(slow, slow).parked).toBe(2)
  })
})
