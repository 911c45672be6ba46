import type { ExpectedEvent } from './expected-events.ts'
import type { Coverage, ExpectationState, SagaExpectation } from './saga.ts'
import type { SagaMap } from './saga-map.ts'

/** Keeps what was read of each topic, and judges by it what may be said of an expectation. */
export function createCoverage({ services }: SagaMap) {
  const read = new Map<string, Coverage | undefined>(Object.keys(services).map(topic => [topic, undefined]))
  const topicsOf = Map.groupBy(Object.keys(services), topic => services[topic] ?? topic)

  function stateOf({ after, expectation }: ExpectedEvent, deadline: number): ExpectationState {
    const topics = topicsOf.get(expectation.from) ?? []
    // From the time when it was written: an older event that was sent again may have been answered before the reading began.
    const covers = (topic: string) => {
      const coverage = read.get(topic)
      return coverage !== undefined && coverage.from <= after.at && coverage.to >= deadline
    }
    return topics.length > 0 && topics.every(covers) ? 'overdue' : 'unknown'
  }

  return {
    add(topic: string, { from, to }: Coverage): void {
      const known = read.get(topic) ?? { from, to }
      // Between two times that don't meet, records may have gone that were never read.
      const meet = from <= known.to && known.from <= to
      if (meet) read.set(topic, { from: Math.min(known.from, from), to: Math.max(known.to, to) })
      else if (from > known.to) read.set(topic, { from, to })
    },

    judge(expected: ExpectedEvent, { now, incomplete }: { now: number; incomplete: boolean }): SagaExpectation {
      const { after, expectation, metBy } = expected
      // Not from when it was written alone: the answering service can't read it before it is in the topic.
      const deadline = Math.max(after.at, after.arrivedAt) + expectation.withinMs
      const late = incomplete ? 'unknown' : stateOf(expected, deadline)
      const state = metBy !== undefined ? 'met' : now < deadline ? 'waiting' : late
      return { ...expected, state, deadline }
    },

    topics: (): ReadonlyMap<string, Coverage | undefined> => new Map(read),

    /** What was read of all topics of the map. */
    common(): Partial<Coverage> {
      const all = Object.keys(services).map(topic => read.get(topic))
      const known = all.filter(coverage => coverage !== undefined)
      if (known.length < all.length || all.length === 0) return {}
      return { from: Math.max(...known.map(({ from }) => from)), to: Math.min(...known.map(({ to }) => to)) }
    }
  }
}
