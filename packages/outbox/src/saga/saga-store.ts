import { expectationsByEvent, expectedEvents } from './expected-events.ts'
import { addTo, type Entry, newEntry } from './saga-entry.ts'
import type { SagaMap } from './saga-map.ts'
import type { StepInput } from './saga-step.ts'

export type { Entry }

/** How much an index holds. */
export type SagaLimits = {
  /** Steps in all sagas together; 50,000 by default. */
  readonly steps?: number | undefined
  /** Steps in one saga; 1,000 by default. Further ones are left out, and the saga is marked as incomplete. */
  readonly stepsPerSaga?: number | undefined
}

/** Holds the sagas, up to a number of steps. */
export function createSagaStore(map: SagaMap, { steps: mostSteps = 50_000, stepsPerSaga = 1_000 }: SagaLimits) {
  const expectations = expectationsByEvent(map)
  const open = createQueue()
  const settled = createQueue()
  const byAggregate = createAggregates()
  const forgotten = { sagas: 0, open: 0, omitted: 0, upTo: -Infinity }
  let stepCount = 0

  const get = (id: string) => open.get(id) ?? settled.get(id)

  function add(input: StepInput): void {
    const correlationId = input.correlationId ?? input.messageId
    const service = map.services[input.topic] ?? input.topic
    // What is as old as a forgotten step may be the rest of a forgotten saga.
    const entry = get(correlationId) ?? newEntry(correlationId, input.at <= forgotten.upTo)
    const change = addTo(entry, { ...input, correlationId, service, copies: 1 }, stepsPerSaga)
    if (change === 'omitted') forgotten.omitted++
    if (change === 'added') {
      stepCount++
      byAggregate.add(input, correlationId)
    }
    if (change !== 'none') keep(entry)
    while (stepCount > mostSteps) forgetOldest()
  }

  function keep(entry: Entry): void {
    const expected = expectedEvents(expectations, entry.steps)
    const isSettled = expected.every(({ metBy }) => metBy !== undefined)
    entry.expected = isSettled ? undefined : expected
    open.delete(entry)
    settled.delete(entry)
    ;(isSettled ? settled : open).add(entry)
  }

  function forgetOldest(): void {
    const entry = settled.takeOldest() ?? open.takeOldest()
    if (entry === undefined) return
    stepCount -= entry.steps.size
    forgotten.sagas++
    if (entry.expected !== undefined) forgotten.open++
    forgotten.upTo = Math.max(forgotten.upTo, entry.lastAt)
    for (const step of entry.steps.values()) byAggregate.delete(step, entry.correlationId)
  }

  return {
    add,
    get,
    open: (): Iterable<Entry> => open.values(),
    expectedOf: ({ expected, steps }: Entry) => expected ?? expectedEvents(expectations, steps),
    ofAggregate: (aggregate: string, id: string): readonly Entry[] =>
      byAggregate.get({ aggregate, aggregateId: id }).flatMap(correlationId => get(correlationId) ?? []),
    /** The ones with the latest steps. */
    latest: (limit: number): readonly Entry[] =>
      [...open.values(), ...settled.values()].sort((a, b) => b.lastAt - a.lastAt).slice(0, limit),
    counts: () => ({
      open: open.size(),
      sagas: open.size() + settled.size(),
      steps: stepCount,
      evicted: forgotten.sagas,
      evictedOpen: forgotten.open,
      omitted: forgotten.omitted
    })
  }
}

/** Sagas by their correlation ids, in the order in which they were added. */
function createQueue() {
  const entries = new Map<string, Entry>()
  // Kept, because a new iterator would pass over every entry that was deleted at the front.
  let oldest = entries.values()

  return {
    get: (id: string) => entries.get(id),
    values: () => entries.values(),
    size: () => entries.size,
    add: (entry: Entry) => void entries.set(entry.correlationId, entry),
    delete: (entry: Entry) => void entries.delete(entry.correlationId),
    takeOldest(): Entry | undefined {
      let next = oldest.next()
      // An iterator that has reached the end stays there.
      if (next.done === true) next = (oldest = entries.values()).next()
      if (next.done === true) return undefined
      entries.delete(next.value.correlationId)
      return next.value
    }
  }
}

type Aggregate = Pick<StepInput, 'aggregate' | 'aggregateId'>

/** The correlation ids of each aggregate. */
function createAggregates() {
  // Most aggregates have one saga: a set for each would take more memory than the steps.
  const byKey = new Map<string, string | Set<string>>()
  const keyOf = ({ aggregate, aggregateId }: Aggregate) => `${aggregate}\n${aggregateId}`

  return {
    add(of: Aggregate, correlationId: string): void {
      const key = keyOf(of)
      const known = byKey.get(key)
      if (known === undefined) byKey.set(key, correlationId)
      else if (typeof known !== 'string') known.add(correlationId)
      else if (known !== correlationId) byKey.set(key, new Set([known, correlationId]))
    },
    delete(of: Aggregate, correlationId: string): void {
      const key = keyOf(of)
      const known = byKey.get(key)
      if (typeof known === 'object') known.delete(correlationId)
      if (known === correlationId || (typeof known === 'object' && known.size === 0)) byKey.delete(key)
    },
    get(of: Aggregate): readonly string[] {
      const known = byKey.get(keyOf(of)) ?? []
      return typeof known === 'string' ? [known] : [...known]
    }
  }
}
