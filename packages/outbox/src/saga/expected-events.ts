import type { Expectation, SagaMap } from './saga-map.ts'
import { ancestorsOf, compareSteps, type SagaStep } from './saga-step.ts'

/** What must follow a step of a saga, and the event that did. */
export type ExpectedEvent = {
  readonly after: SagaStep
  readonly expectation: Expectation
  readonly metBy: SagaStep | undefined
}

/** The expectations of a map, by the event that they follow. */
export type Expectations = ReadonlyMap<string, readonly Expectation[]>

export function expectationsByEvent({ expectations }: SagaMap): Expectations {
  return Map.groupBy(expectations, ({ after }) => after)
}

type Steps = ReadonlyMap<string, SagaStep>

/**
 * What must follow the steps of one saga. An event meets an expectation if it descends from the step by causation ids.
 * One without a causation id, or with a cause that isn't known, meets it if it comes later.
 */
export function expectedEvents(expectations: Expectations, steps: Steps): readonly ExpectedEvent[] {
  const questions = [...steps.values()]
    .filter(({ event }) => expectations.has(event))
    .sort((a, b) => compareSteps(a, b))
  if (questions.length === 0) return []
  const { descendants, unlinked } = answersIn(steps)
  return questions.flatMap(after =>
    (expectations.get(after.event) ?? []).map(expectation => {
      const isAnswer = ({ event }: SagaStep) => expectation.oneOf.includes(event)
      const later = unlinked.filter(step => step !== after && isAnswer(step) && isLater(step, after))
      const answers = [...(descendants.get(after) ?? []).filter(isAnswer), ...later]
      return { after, expectation, metBy: answers.sort((a, b) => compareSteps(a, b))[0] }
    })
  )
}

/** The steps that each step has caused, and the steps whose causes aren't known up to the first. */
function answersIn(steps: Steps) {
  const descendants = new Map<SagaStep, SagaStep[]>()
  const unlinked: SagaStep[] = []
  for (const step of steps.values()) {
    const [, ...ancestors] = ancestorsOf(step, steps)
    for (const ancestor of ancestors) {
      const known = descendants.get(ancestor)
      if (known === undefined) descendants.set(ancestor, [step])
      else known.push(step)
    }
    const last = ancestors.at(-1) ?? step
    const isCut = last.causationId !== undefined && !steps.has(last.causationId)
    if (step.causationId === undefined || isCut) unlinked.push(step)
  }
  return { descendants, unlinked }
}

// By either clock, because two databases may differ by more than an answer takes.
function isLater(step: SagaStep, than: SagaStep): boolean {
  return step.at >= than.at || step.arrivedAt >= than.arrivedAt
}
