import { z } from 'zod'
import { named } from './kafka-schemas.ts'

// What /api answers about sagas; used as pipeline-schemas.ts is.

export const sagaState = z.enum(['SETTLED', 'WAITING', 'UNKNOWN', 'STUCK']).meta({
  description:
    'STUCK: an event is overdue. UNKNOWN: one may be overdue, but not all of the time was read. WAITING: one is still to come. SETTLED: nothing more is expected'
})
export type SagaStateName = z.output<typeof sagaState>

const step = named('SagaStep', {
  messageId: z.string(),
  event: z.string(),
  aggregate: z.string(),
  aggregateId: z.string(),
  aggregateVersion: z.number().nullable(),
  causationId: z.string().nullable().meta({ description: 'The message id of the event that caused it' }),
  actor: z.string().nullable().meta({ description: 'Who caused it, if the event says it' }),
  service: z.string().meta({ description: 'Who wrote it, by the saga map; else its topic' }),
  topic: z.string(),
  partition: z.number(),
  offset: z.number(),
  at: z.number().meta({ description: 'When it was written' }),
  sinceStartMs: z.number().meta({ description: 'Milliseconds since the first step' }),
  sinceCauseMs: z
    .number()
    .nullable()
    .meta({ description: 'Milliseconds since its cause; null where that is not among the steps' }),
  copies: z.number().meta({ description: 'Records with its message id: more than 1 where it was sent again' })
})
export type ShownStep = z.output<typeof step>

const expectation = named('SagaExpectation', {
  after: z.string().meta({ description: 'The message id of the step that it follows' }),
  event: z.string().meta({ description: 'The event of that step' }),
  aggregate: z.string(),
  aggregateId: z.string(),
  at: z.number().meta({ description: 'When that step was written' }),
  oneOf: z.array(z.string()),
  from: z.string().meta({ description: 'The service that must send one of them' }),
  withinMs: z.number(),
  deadline: z.number(),
  state: z.enum(['met', 'waiting', 'overdue', 'unknown']),
  metBy: z.string().nullable().meta({ description: 'The message id of the event that came' })
})
export type ShownExpectation = z.output<typeof expectation>

const summary = {
  correlationId: z.string(),
  state: sagaState,
  event: z.string().meta({ description: 'Its first event, and whose' }),
  aggregate: z.string(),
  aggregateId: z.string(),
  startedAt: z.number(),
  lastAt: z.number(),
  stepCount: z.number(),
  services: z.array(z.string()),
  incomplete: z.boolean().meta({ description: 'Some of its steps may be missing here' })
}
export const sagaSummary = named('SagaSummary', summary)
export type ShownSummary = z.output<typeof sagaSummary>

export const stuckSaga = named('StuckSaga', {
  ...summary,
  since: z.number().meta({ description: 'When the oldest of its missing events was due' }),
  missing: z
    .array(z.string())
    .meta({ description: 'For each missing event a sentence: who has not sent what, for how long' })
})
export type ShownStuck = z.output<typeof stuckSaga>

/** What the picture of the flow says of the sagas. */
export const flowSagas = z.object({
  stuck: z.number(),
  open: z.number(),
  oldest: z.array(stuckSaga).meta({ description: 'Of the stuck ones those that are longest overdue' })
})
export type FlowSagas = z.output<typeof flowSagas>

const readTopic = z.object({
  topic: z.string(),
  service: z.string(),
  readUpTo: z.number().nullable().meta({ description: 'All that the topic held at this time has been read' }),
  unreadable: z.number().meta({ description: 'Records that are no events, since the console started' }),
  failing: z
    .object({ since: z.number(), reason: z.string() })
    .nullable()
    .meta({ description: 'Why it cannot be read now' })
})
export type ReadTopic = z.output<typeof readTopic>

export const sagaList = named('Sagas', {
  stuck: z.array(stuckSaga).meta({ description: 'The longest overdue first' }),
  items: z.array(sagaSummary).meta({ description: 'Those with the latest events first, or those of the aggregate' }),
  counts: z.object({
    stuck: z.number(),
    open: z.number().meta({ description: 'Sagas of which something is still expected, the stuck ones included' }),
    sagas: z.number(),
    steps: z.number(),
    evicted: z.number().meta({ description: 'Sagas that were forgotten, to stay within the limit of memory' }),
    evictedOpen: z.number().meta({ description: 'How many of those were still open' })
  }),
  topics: z.array(readTopic),
  windowMs: z.number().meta({ description: 'How long before its start the console begins to read' })
})
export type SagaList = z.output<typeof sagaList>

export const shownSaga = named('Saga', {
  ...summary,
  missing: z.array(z.string()),
  steps: z.array(step).meta({ description: 'By time, but each after its cause' }),
  expectations: z.array(expectation),
  topics: z.array(readTopic)
})
export type ShownSaga = z.output<typeof shownSaga>
