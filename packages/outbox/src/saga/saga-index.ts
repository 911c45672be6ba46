import { createCoverage } from './coverage.ts'
import { type Coverage, type Saga, sagaOf, type SagaSummary, type StuckSaga, summaryOf } from './saga.ts'
import { createSagaStore, type Entry, type SagaLimits } from './saga-store.ts'
import type { SagaMap } from './saga-map.ts'
import type { StepInput } from './saga-step.ts'

/** How much an index holds, what it forgot, and what it has read. */
export type SagaCounts = {
  /** Sagas that something is still expected of, the stuck ones included. */
  readonly open: number
  readonly stuck: number
  readonly sagas: number
  readonly steps: number
  /** Sagas that were forgotten to stay within the limit, and how many of them were open. */
  readonly evicted: number
  readonly evictedOpen: number
  /** Steps that were left out because their saga had too many. */
  readonly omitted: number
  /** Since when, and up to when, all topics of the map were read; undefined while one wasn't. */
  readonly observedSince: number | undefined
  readonly observedUpTo: number | undefined
}

/** Finds sagas in the events of topics. Holds them in memory; whatever it is fed in which order, the result is the same. */
export interface SagaIndex {
  /** Takes a step. A record that it has taken before changes nothing; another with the same message id is a copy. */
  readonly add: (step: StepInput) => void
  /**
   * All records of this topic that came between these times were added. Call it after each read with the `from` of the
   * first one, or, if records were lost in between, with the time from which on none was.
   */
  readonly caughtUp: (topic: string, read: Coverage) => void
  readonly saga: (correlationId: string, now: number) => Saga | undefined
  /** The sagas with a step of this aggregate, oldest first. */
  readonly sagasOf: (aggregate: { readonly aggregate: string; readonly id: string }, now: number) => readonly Saga[]
  /** The sagas with the latest steps, latest first. */
  readonly recent: (now: number, limit: number) => readonly SagaSummary[]
  /** The longest overdue first. */
  readonly stuck: (now: number, limit: number) => readonly StuckSaga[]
  readonly counts: (now: number) => SagaCounts
  /** What was read of each topic of the map; undefined for a topic that wasn't. */
  readonly coverage: () => ReadonlyMap<string, Coverage | undefined>
}

/** An empty index. Settled sagas are forgotten first, and of those the ones with the oldest last addition. */
export function createSagaIndex(map: SagaMap, limits: SagaLimits = {}): SagaIndex {
  const store = createSagaStore(map, limits)
  const coverage = createCoverage(map)

  const expectationsOf = (entry: Entry, now: number) =>
    store.expectedOf(entry).map(each => coverage.judge(each, { now, incomplete: entry.incomplete }))
  const overdueOf = (entry: Entry, now: number) => expectationsOf(entry, now).filter(({ state }) => state === 'overdue')
  const sagaIn = (entry: Entry, now: number) => sagaOf(entry, expectationsOf(entry, now))

  return {
    add: store.add,
    caughtUp: (topic, read) => coverage.add(topic, read),
    saga(correlationId, now) {
      const entry = store.get(correlationId)
      return entry === undefined ? undefined : sagaIn(entry, now)
    },
    sagasOf: ({ aggregate, id }, now) =>
      store
        .ofAggregate(aggregate, id)
        .map(entry => sagaIn(entry, now))
        .sort((a, b) => a.startedAt - b.startedAt),
    recent: (now, limit) => store.latest(limit).map(entry => summaryOf(sagaIn(entry, now))),
    stuck(now, limit) {
      const stuck = [...store.open()].flatMap(entry => {
        const missing = overdueOf(entry, now).sort((a, b) => a.deadline - b.deadline)
        const [oldest] = missing
        return oldest === undefined ? [] : [{ entry, missing, since: oldest.deadline }]
      })
      const shown = stuck.sort((a, b) => a.since - b.since).slice(0, limit)
      return shown.map(({ entry, missing, since }) => ({
        ...summaryOf(sagaIn(entry, now)),
        missing,
        since,
        overdueMs: now - since
      }))
    },
    counts(now) {
      const { from, to } = coverage.common()
      const stuck = [...store.open()].filter(entry => overdueOf(entry, now).length > 0).length
      return { ...store.counts(), stuck, observedSince: from, observedUpTo: to }
    },
    coverage: coverage.topics
  }
}
