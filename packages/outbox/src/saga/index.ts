export { expectAfter, type Expectation, parseSagaMap, type SagaMap } from './saga-map.ts'
export {
  type Coverage,
  describeMissing,
  type ExpectationState,
  type Saga,
  type SagaExpectation,
  type SagaState,
  type SagaSummary,
  type StuckSaga
} from './saga.ts'
export { createSagaIndex, type SagaCounts, type SagaIndex } from './saga-index.ts'
export type { SagaLimits } from './saga-store.ts'
export { type SagaStep, type StepInput } from './saga-step.ts'
export { stepOf } from './step-of.ts'
