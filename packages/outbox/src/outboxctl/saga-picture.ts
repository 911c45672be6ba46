import { forTerminal } from '../json-text.ts'
import type { Saga, SagaExpectation, SagaStep } from '../saga/index.ts'
import { inCausalOrder } from '../saga/saga-step.ts'
import { table } from './edge.ts'

const signs = { overdue: '✗ missing', waiting: '… expected', unknown: '? not known', met: '' } as const

/** The steps of all these sagas as one picture, in causal order: one lane for each service, and what is missing in its lane. */
export function sagaPicture(sagas: readonly Saga[]): string {
  const steps = inCausalOrder(byMessage(sagas.flatMap(saga => saga.steps)))
  const unmet = sagas.flatMap(saga => saga.expectations.filter(({ state }) => state !== 'met'))
  const lanes = [
    ...new Set([...steps.map(({ service }) => service), ...unmet.map(({ expectation }) => expectation.from)])
  ]
  const numbers = new Map(sagas.map(({ correlationId }, at) => [correlationId, String(at + 1)]))
  const inLane = (service: string, text: string) => lanes.map(lane => (lane === service ? text : ''))
  const known = steps.some(({ actor }) => actor !== undefined)
  const by = (text = '') => (known ? [text] : [])
  const head = ['SAGA', 'MS', ...lanes, ...by('BY'), 'AT', 'AGGREGATE', 'PLACE']
  const rows = steps.map((step, at) => [
    numbers.get(step.correlationId) ?? '',
    msSince(step, steps[at - 1]),
    ...inLane(step.service, step.event),
    ...by(step.actor),
    timeText(step.at),
    aggregateOf(step),
    `${placeOf(step)}${step.copies > 1 ? ` ×${step.copies}` : ''}`
  ])
  const missing = unmet.map(({ after, expectation, state }) => [
    numbers.get(after.correlationId) ?? '',
    '',
    ...inLane(expectation.from, signs[state])
  ])
  const all = [head, ...rows, ...missing]
  return forTerminal(table(sagas.length > 1 ? all : all.map(([, ...cells]) => cells)))
}

/** A message that is in two sagas is shown in both. */
function byMessage(steps: readonly SagaStep[]): ReadonlyMap<string, SagaStep> {
  const known = new Map<string, SagaStep>()
  for (const step of steps) known.set(known.has(step.messageId) ? placeOf(step) : step.messageId, step)
  return known
}

const placeOf = ({ topic, partition, offset }: SagaStep): string => `${topic} ${partition}@${offset}`

function aggregateOf({ aggregate, aggregateId, aggregateVersion }: SagaStep): string {
  return `${aggregate} ${aggregateId}${aggregateVersion === undefined ? '' : ` v${aggregateVersion}`}`
}

// Negative where the clock of one service is behind.
function msSince({ at }: SagaStep, before: SagaStep | undefined): string {
  if (before === undefined) return ''
  const ms = at - before.at
  return `${ms < 0 ? '' : '+'}${ms.toFixed(1)}`
}

function timeText(at: number): string {
  const ms = Math.floor(at)
  const micros = String(Math.round((at - ms) * 1_000)).padStart(3, '0')
  return new Date(ms).toISOString().replace('Z', `${micros}Z`)
}

/** What is expected and not there, in a sentence. */
export function expectedText({ after, expectation, state, deadline }: SagaExpectation): string {
  const { oneOf, from } = expectation
  const what = `${oneOf.join(' or ')} of ${from} after ${after.event} of ${after.aggregate} ${after.aggregateId}`
  if (state === 'waiting') return `… ${what} is expected until ${timeText(deadline)}`
  return `? ${what} was not found, but it may be older than what was read`
}
