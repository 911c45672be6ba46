/** One event as it lies in a topic. Times are milliseconds since 1970, with fractions. */
export type SagaStep = {
  readonly messageId: string
  readonly event: string
  readonly aggregate: string
  readonly aggregateId: string
  readonly aggregateVersion?: number | undefined
  readonly correlationId: string
  readonly causationId?: string | undefined
  /** Who caused it, if the event says it. */
  readonly actor?: string | undefined
  /** Which service wrote it, by the map; the topic's name if the map doesn't say. */
  readonly service: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** When it was written: `created_at`, or else Kafka's time. */
  readonly at: number
  /** When it came into the topic: Kafka's time. */
  readonly arrivedAt: number
  /** How many records carry this message id. The place and the times are those of the first of them. */
  readonly copies: number
}

/** A step as it is read; the index adds the rest. Without a correlation id the message id stands in, as it does for a handler. */
export type StepInput = Omit<SagaStep, 'correlationId' | 'service' | 'copies'> & {
  readonly correlationId?: string | undefined
}

type Placed = Pick<SagaStep, 'topic' | 'partition' | 'offset'>

export const samePlace = (a: Placed, b: Placed): boolean =>
  a.offset === b.offset && a.partition === b.partition && a.topic === b.topic

/** Orders two records by their times and, within the same moment, by their places. */
export function compareSteps(a: StepInput, b: StepInput, time: 'at' | 'arrivedAt' = 'at'): number {
  if (a[time] !== b[time]) return a[time] - b[time]
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition || a.offset - b.offset
}

/** The steps by their times, but each after the one that caused it. */
export function inCausalOrder(steps: ReadonlyMap<string, SagaStep>): readonly SagaStep[] {
  const ordered = new Set<SagaStep>()
  for (const step of [...steps.values()].sort((a, b) => compareSteps(a, b)))
    for (const each of [...ancestorsOf(step, steps)].reverse()) ordered.add(each)
  return [...ordered]
}

/** The step, its cause, the cause of that, and so on, as far as they are known. */
export function ancestorsOf(step: SagaStep, steps: ReadonlyMap<string, SagaStep>): ReadonlySet<SagaStep> {
  const chain = new Set<SagaStep>()
  // A set, because a writer may name causes in a circle.
  let next: SagaStep | undefined = step
  while (next !== undefined && !chain.has(next)) {
    chain.add(next)
    next = steps.get(next.causationId ?? '')
  }
  return chain
}
