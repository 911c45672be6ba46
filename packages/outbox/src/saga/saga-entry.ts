import type { ExpectedEvent } from './expected-events.ts'
import { compareSteps, samePlace, type SagaStep } from './saga-step.ts'

/** A saga as the index holds it. */
export type Entry = {
  readonly correlationId: string
  /** By message id. */
  readonly steps: Map<string, SagaStep>
  /** The places of messages that lie in several; the others are missing here. */
  places: Map<string, Place[]> | undefined
  /** The time of its latest step. */
  lastAt: number
  /** Kept while one isn't met. */
  expected: readonly ExpectedEvent[] | undefined
  incomplete: boolean
}

type Place = Pick<SagaStep, 'topic' | 'partition' | 'offset'>

const mostCopies = 100

export function newEntry(correlationId: string, incomplete: boolean): Entry {
  return { correlationId, steps: new Map(), places: undefined, lastAt: -Infinity, expected: undefined, incomplete }
}

/** Adds a record to its saga. `none` means that it was there before. */
export function addTo(entry: Entry, step: SagaStep, mostSteps: number): 'added' | 'copied' | 'omitted' | 'none' {
  const known = entry.steps.get(step.messageId)
  if (known !== undefined) return addCopy(entry, known, step) ? 'copied' : 'none'
  if (entry.steps.size >= mostSteps) {
    entry.incomplete = true
    return 'omitted'
  }
  entry.steps.set(step.messageId, step)
  entry.lastAt = Math.max(entry.lastAt, step.at)
  return 'added'
}

function addCopy(entry: Entry, known: SagaStep, copy: SagaStep): boolean {
  const { steps, places = new Map<string, Place[]>() } = entry
  const seen = places.get(known.messageId) ?? [placeOf(known)]
  if (seen.length >= mostCopies || seen.some(place => samePlace(place, copy))) return false
  entry.places = places.set(known.messageId, [...seen, placeOf(copy)])
  const first = compareSteps(copy, known, 'arrivedAt') < 0 ? { ...copy, ...contentOf(known) } : known
  steps.set(known.messageId, { ...first, copies: seen.length + 1 })
  return true
}

const placeOf = ({ topic, partition, offset }: SagaStep): Place => ({ topic, partition, offset })

// A copy that says something else is no reason to lose what the first one said.
function contentOf({ event, aggregate, aggregateId, aggregateVersion, causationId, actor }: SagaStep) {
  return { event, aggregate, aggregateId, aggregateVersion, causationId, actor }
}
