import { describe, expect, it } from 'vitest'
import { approved, aStep, created, reserved, twoServices } from '../../test/saga-steps.ts'
import { createSagaIndex, describeMissing, type SagaIndex, type SagaLimits, type StepInput } from './index.ts'

/** An index with these steps that has read both topics up to that time. */
function indexOf(
  steps: readonly StepInput[],
  { readUpTo = 0, limits }: { readUpTo?: number; limits?: SagaLimits } = {}
) {
  const index = createSagaIndex(twoServices, limits)
  steps.forEach(index.add)
  if (readUpTo > 0)
    for (const topic of Object.keys(twoServices.services)) index.caughtUp(topic, { from: 0, to: readUpTo })
  return index
}

const eventsOf = (index: SagaIndex, id = 'request-7') => index.saga(id, 0)?.steps.map(({ event }) => event)
const statesOf = (index: SagaIndex, now: number) =>
  index.saga('request-7', now)?.expectations.map(({ after, state }) => `${after.event}: ${state}`)

describe('the steps of a saga', () => {
  it('are in causal order across services, also where the clock of one is behind', () => {
    const early = { ...reserved, at: 900 }
    expect(eventsOf(indexOf([approved, early, created]))).toEqual([
      'order_created',
      'credit_reserved',
      'order_approved'
    ])
  })

  it('name their service by the topic, and the topic where the map does not say', () => {
    const index = indexOf([created, reserved, aStep('order_shipped', { topic: 'shipping' })])
    expect(index.saga('request-7', 0)?.services).toEqual(['order-service', 'customer-service', 'shipping'])
  })

  it('count the copies of a message, and show the place of the first', () => {
    const copy = { ...created, offset: 9_000, arrivedAt: 9_000 }
    for (const order of [
      [created, copy, created, copy],
      [copy, created, copy]
    ])
      expect(indexOf(order).saga('request-7', 0)?.steps).toEqual([{ ...created, service: 'order-service', copies: 2 }])
  })

  it('are found by the message id of the first where nothing names a correlation', () => {
    const first = { ...created, correlationId: undefined }
    const answer = { ...reserved, correlationId: first.messageId }
    expect(eventsOf(indexOf([first, answer]), first.messageId)).toEqual(['order_created', 'credit_reserved'])
  })

  it('survive causes that go in a circle', () => {
    const index = indexOf([{ ...created, causationId: reserved.messageId }, reserved])
    expect(eventsOf(index)).toEqual(['credit_reserved', 'order_created'])
  })
})

describe('an expectation', () => {
  it('is met by an answer, whichever is read first', () => {
    for (const steps of [
      [created, reserved],
      [reserved, created]
    ])
      expect(statesOf(indexOf(steps), 0)).toEqual(['order_created: met', 'credit_reserved: waiting'])
    expect(indexOf([created, reserved, approved]).saga('request-7', 0)?.state).toBe('SETTLED')
  })

  it('is overdue only when the topics of the answer were read up to the end of its time', () => {
    const index = indexOf([created])
    // 5 s after it came into the topic.
    const deadline = 6_005
    expect(statesOf(index, deadline - 1)).toEqual(['order_created: waiting'])
    expect(statesOf(index, deadline)).toEqual(['order_created: unknown'])
    index.caughtUp('orderTopic', { from: 0, to: deadline })
    expect(statesOf(index, deadline)).toEqual(['order_created: unknown'])
    index.caughtUp('customerTopic', { from: 0, to: deadline - 1 })
    expect(statesOf(index, deadline)).toEqual(['order_created: unknown'])
    index.caughtUp('customerTopic', { from: 0, to: deadline })
    expect(statesOf(index, deadline)).toEqual(['order_created: overdue'])
    index.add(reserved)
    expect(statesOf(index, deadline)).toEqual(['order_created: met', 'credit_reserved: waiting'])
  })

  it('is unknown where the answer may be older than the reading', () => {
    const index = indexOf([{ ...created, arrivedAt: 50_000 }])
    index.caughtUp('customerTopic', { from: 40_000, to: 90_000 })
    expect(statesOf(index, 90_000)).toEqual(['order_created: unknown'])
  })

  it('is unknown where records were lost before they were read', () => {
    const index = indexOf([created], { readUpTo: 3_000 })
    index.caughtUp('customerTopic', { from: 4_000, to: 90_000 })
    index.caughtUp('customerTopic', { from: 0, to: 2_000 })
    expect(statesOf(index, 90_000)).toEqual(['order_created: unknown'])
    expect(index.coverage().get('customerTopic')).toEqual({ from: 4_000, to: 90_000 })
  })

  it('is not met by an event that another step caused', () => {
    const other = { ...created, messageId: 'other', aggregateId: '8', at: 1_001 }
    const answer = { ...reserved, causationId: 'other' }
    expect(statesOf(indexOf([created, other, answer], { readUpTo: 9_000 }), 9_000)).toEqual([
      'order_created: overdue',
      'order_created: met',
      'credit_reserved: overdue'
    ])
  })

  it('is met by a later event without a causation id, or with a cause that is not known', () => {
    for (const causationId of [undefined, 'a message of a topic that is not read']) {
      const later = { ...reserved, causationId }
      expect(statesOf(indexOf([created, later]), 0)?.[0]).toBe('order_created: met')
      const earlier = { ...later, at: 500, arrivedAt: 500 }
      expect(statesOf(indexOf([created, earlier]), 0)).toContain('order_created: waiting')
    }
  })
})

describe('the lists', () => {
  const saga = (n: number, steps: readonly StepInput[]) =>
    steps.map(step => ({
      ...step,
      messageId: `${step.messageId} ${n}`,
      causationId: step.causationId && `${step.causationId} ${n}`,
      correlationId: `request-${n}`,
      aggregateId: String(n),
      at: step.at + n * 1_000,
      arrivedAt: step.arrivedAt + n * 1_000
    }))

  it('show the stuck sagas, the longest overdue first, with what is missing', () => {
    const steps = [...saga(2, [created]), ...saga(1, [created, reserved]), ...saga(3, [created, reserved, approved])]
    const index = indexOf(steps, { readUpTo: 20_000 })
    const stuck = index.stuck(20_000, 10)
    expect(stuck.map(({ correlationId, since }) => [correlationId, since])).toEqual([
      ['request-1', 7_015],
      ['request-2', 8_005]
    ])
    expect(stuck.flatMap(({ missing }) => missing.map(each => describeMissing(each, 20_000)))).toEqual([
      'order-service has not sent order_approved or order_cancelled for 17 s after credit_reserved of reservation 1',
      'customer-service has not sent credit_reserved or limit_exceeded for 17 s after order_created of order 2'
    ])
    expect(index.stuck(20_000, 1)).toHaveLength(1)
    expect(index.counts(20_000)).toEqual({
      open: 2,
      stuck: 2,
      sagas: 3,
      steps: 6,
      evicted: 0,
      evictedOpen: 0,
      omitted: 0,
      observedSince: 0,
      observedUpTo: 20_000
    })
    expect(index.recent(0, 2).map(({ correlationId }) => correlationId)).toEqual(['request-3', 'request-2'])
  })

  it('find all sagas of an aggregate, oldest first', () => {
    const cancelled = aStep('order_cancelled', { correlationId: 'cancel-7', at: 60_000 })
    const index = indexOf([cancelled, created, reserved])
    const ids = (aggregate: string) =>
      index.sagasOf({ aggregate, id: '7' }, 0).map(({ correlationId }) => correlationId)
    expect(ids('order')).toEqual(['request-7', 'cancel-7'])
    expect(ids('reservation')).toEqual(['request-7'])
  })

  it('forget settled sagas first, oldest first, and count what they forget', () => {
    const all = [saga(1, [created]), saga(2, [created, reserved, approved]), saga(3, [created, reserved, approved])]
    const index = indexOf([...all.flat(), ...saga(4, [created])], { readUpTo: 90_000, limits: { steps: 7 } })
    expect([1, 2, 3, 4].map(n => index.saga(`request-${n}`, 0) !== undefined)).toEqual([true, false, true, true])
    expect(index.counts(0)).toMatchObject({ sagas: 3, steps: 5, evicted: 1, evictedOpen: 0 })
    expect(index.sagasOf({ aggregate: 'order', id: '2' }, 0)).toEqual([])
  })

  it('do not call a saga stuck whose answer they have forgotten', () => {
    const index = indexOf(saga(1, [created, reserved, approved]), { readUpTo: 90_000, limits: { steps: 3 } })
    saga(9, [created]).forEach(index.add)
    // The message comes again.
    saga(1, [created]).forEach(step => index.add({ ...step, offset: 99, arrivedAt: 50_000 }))
    expect(index.saga('request-1', 90_000)).toMatchObject({ state: 'UNKNOWN', incomplete: true })
    expect(index.stuck(90_000, 10).map(({ correlationId }) => correlationId)).toEqual(['request-9'])
  })

  it('leave out the steps of a saga that has too many, and do not call it stuck', () => {
    const many = Array.from({ length: 12 }, (_, n) => ({ ...created, messageId: String(n), offset: n }))
    const index = indexOf(many, { readUpTo: 90_000, limits: { stepsPerSaga: 10 } })
    expect(index.saga('request-7', 90_000)).toMatchObject({ state: 'UNKNOWN', stepCount: 10, incomplete: true })
    expect(index.counts(0)).toMatchObject({ steps: 10, omitted: 2 })
  })
})
