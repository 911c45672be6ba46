import type { ExpectedEvent } from './expected-events.ts'
import { inCausalOrder, type SagaStep } from './saga-step.ts'

/**
 * `met`: the event is there. `waiting`: its time isn't over. `overdue`: its time is over, its topics were read from the
 * question to the end of that time, and it isn't in them. `unknown`: its time is over, but not all of that was read.
 */
export type ExpectationState = 'met' | 'waiting' | 'overdue' | 'unknown'

/** What must follow a step, and whether it did. */
export type SagaExpectation = ExpectedEvent & {
  readonly state: ExpectationState
  /** The end of its time. */
  readonly deadline: number
}

/** STUCK if an expectation is overdue, else UNKNOWN if one is, else WAITING; SETTLED if nothing more is expected. */
export type SagaState = 'SETTLED' | 'WAITING' | 'UNKNOWN' | 'STUCK'

/** A saga without its steps, for lists. */
export type SagaSummary = {
  readonly correlationId: string
  readonly state: SagaState
  /** Its first step in causal order. */
  readonly first: SagaStep
  /** The times of its earliest and its latest step. */
  readonly startedAt: number
  readonly lastAt: number
  readonly stepCount: number
  /** In the order of their first steps. */
  readonly services: readonly string[]
  /** Steps of it may be missing here: they were forgotten, or are too many. */
  readonly incomplete: boolean
}

/** All events with one correlation id. */
export type Saga = SagaSummary & {
  /** By their times, but each after the one that caused it. */
  readonly steps: readonly SagaStep[]
  /** In the order of the steps that they follow. */
  readonly expectations: readonly SagaExpectation[]
}

/** A saga with an overdue expectation. */
export type StuckSaga = SagaSummary & {
  /** The overdue expectations, oldest first. */
  readonly missing: readonly SagaExpectation[]
  /** When the oldest of them became overdue, and how many milliseconds ago. */
  readonly since: number
  readonly overdueMs: number
}

/** From when on and up to when all records of a topic were read, by Kafka's times. */
export type Coverage = { readonly from: number; readonly to: number }

type Held = Pick<Saga, 'correlationId' | 'incomplete'> & { readonly steps: ReadonlyMap<string, SagaStep> }

/** A saga that the index holds, as it is shown. */
export function sagaOf({ correlationId, incomplete, ...held }: Held, expectations: readonly SagaExpectation[]): Saga {
  const steps = inCausalOrder(held.steps)
  const [first] = steps
  if (first === undefined) throw new RangeError(`The saga ${correlationId} has no steps`)
  const times = steps.map(({ at }) => at)
  return {
    correlationId,
    state: stateOf(expectations),
    first,
    startedAt: Math.min(...times),
    lastAt: Math.max(...times),
    stepCount: steps.length,
    services: [...new Set(steps.map(({ service }) => service))],
    incomplete,
    steps,
    expectations
  }
}

export function summaryOf(saga: Saga): SagaSummary {
  const { steps: _, expectations: __, ...summary } = saga
  return summary
}

function stateOf(expectations: readonly { readonly state: ExpectationState }[]): SagaState {
  const has = (wanted: ExpectationState) => expectations.some(({ state }) => state === wanted)
  if (has('overdue')) return 'STUCK'
  if (has('unknown')) return 'UNKNOWN'
  return has('waiting') ? 'WAITING' : 'SETTLED'
}

/** `customer-service has not sent order_approved or order_cancelled for 12 s after order_created of order 7`. */
export function describeMissing({ after, expectation }: SagaExpectation, now: number): string {
  const { oneOf, from } = expectation
  const events = oneOf.length === 1 ? oneOf[0] : `${oneOf.slice(0, -1).join(', ')} or ${oneOf.at(-1)}`
  return `${from} has not sent ${events} for ${duration(now - after.at)} after ${after.event} of ${after.aggregate} ${after.aggregateId}`
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`
}
