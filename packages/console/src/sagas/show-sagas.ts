import {
  describeMissing,
  type Saga,
  type SagaExpectation,
  type SagaStep,
  type SagaSummary,
  type StuckSaga
} from '@outbox-cdc/outbox/saga'
import type {
  ReadTopic,
  SagaList,
  ShownExpectation,
  ShownSaga,
  ShownStep,
  ShownStuck,
  ShownSummary
} from '../api/saga-schemas.ts'
import type { SagaWatch } from './watch-sagas.ts'

const mostStuck = 100
const mostRecent = 50

type Aggregate = { readonly aggregate: string; readonly id: string }

/** What the list shows: the stuck sagas, and the newest or those of an aggregate. */
export function showSagas({ index, windowMs, ...watch }: SagaWatch, aggregate?: Aggregate): SagaList {
  const now = Date.now()
  const { stuck, open, sagas, steps, evicted, evictedOpen } = index.counts(now)
  const found =
    aggregate === undefined ? index.recent(now, mostRecent) : index.sagasOf(aggregate, now).slice(-mostRecent)
  return {
    stuck: index.stuck(now, mostStuck).map(one => showStuck(one, now)),
    items: found.map(showSummary),
    counts: { stuck, open, sagas, steps, evicted, evictedOpen },
    topics: showTopics(watch),
    windowMs
  }
}

/** How far each topic was read. */
export function showTopics({ map, topics }: Pick<SagaWatch, 'map' | 'topics'>): ReadTopic[] {
  return topics().map(({ topic, read, unreadable, failing }) => ({
    topic,
    service: map.services[topic] ?? topic,
    readUpTo: read?.to ?? null,
    unreadable,
    failing: failing ?? null
  }))
}

export function showSaga(saga: Saga, topics: ReadTopic[]): ShownSaga {
  const now = Date.now()
  const byId = new Map(saga.steps.map(step => [step.messageId, step]))
  return {
    ...showSummary(saga),
    missing: saga.expectations.filter(({ state }) => state === 'overdue').map(one => describeMissing(one, now)),
    steps: saga.steps.map(step => showStep(step, { saga, cause: byId.get(step.causationId ?? '') })),
    expectations: saga.expectations.map(showExpectation),
    topics
  }
}

export function showStuck(saga: StuckSaga, now: number): ShownStuck {
  return { ...showSummary(saga), since: saga.since, missing: saga.missing.map(one => describeMissing(one, now)) }
}

export function showSummary({
  correlationId,
  state,
  first,
  startedAt,
  lastAt,
  stepCount,
  services,
  incomplete
}: SagaSummary): ShownSummary {
  const { event, aggregate, aggregateId } = first
  return {
    correlationId,
    state,
    event,
    aggregate,
    aggregateId,
    startedAt,
    lastAt,
    stepCount,
    services: [...services],
    incomplete
  }
}

type Around = { readonly saga: Saga; readonly cause: SagaStep | undefined }

function showStep(step: SagaStep, { saga, cause }: Around): ShownStep {
  const { messageId, event, aggregate, aggregateId, aggregateVersion = null, causationId = null, actor = null } = step
  const { service, topic, partition, offset, at, copies } = step
  const sinceCauseMs = cause === undefined ? null : at - cause.at
  const place = { service, topic, partition, offset, at, sinceStartMs: at - saga.startedAt, sinceCauseMs, copies }
  return { messageId, event, aggregate, aggregateId, aggregateVersion, causationId, actor, ...place }
}

function showExpectation({ after, expectation, metBy, deadline, state }: SagaExpectation): ShownExpectation {
  const { messageId, event, aggregate, aggregateId, at } = after
  const { oneOf, from, withinMs } = expectation
  return {
    after: messageId,
    event,
    aggregate,
    aggregateId,
    at,
    oneOf: [...oneOf],
    from,
    withinMs,
    deadline,
    state,
    metBy: metBy?.messageId ?? null
  }
}
