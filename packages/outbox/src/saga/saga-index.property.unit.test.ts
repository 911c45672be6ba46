import fc from 'fast-check'
import { expect, it } from 'vitest'
import { twoServices } from '../../test/saga-steps.ts'
import { createSagaIndex, type StepInput } from './index.ts'

const events = ['order_created', 'credit_reserved', 'limit_exceeded', 'order_approved', 'order_rejected', 'mail_sent']

/** Records of up to three sagas, some of them missing, sent twice, or with a cause that is not there. */
const recordsOfSagas = fc
  .array(
    fc.record({
      event: fc.constantFrom(...events),
      saga: fc.integer({ min: 0, max: 2 }),
      cause: fc.option(fc.nat({ max: 12 }), { nil: undefined }),
      at: fc.integer({ min: 0, max: 20_000 }),
      delay: fc.integer({ min: 0, max: 3_000 }),
      partition: fc.integer({ min: 0, max: 1 }),
      copyAfter: fc.option(fc.integer({ min: 0, max: 9_000 }), { nil: undefined })
    }),
    { maxLength: 12 }
  )
  .map(drafts =>
    drafts.flatMap(({ event, saga, cause, at, delay, partition, copyAfter }, n): StepInput[] => {
      const isOrder = event.startsWith('order_')
      const record = {
        messageId: `m${n}`,
        event,
        aggregate: isOrder ? 'order' : 'reservation',
        aggregateId: String(saga),
        correlationId: `request-${saga}`,
        causationId: cause === undefined ? undefined : `m${cause}`,
        topic: event === 'mail_sent' ? 'mails' : isOrder ? 'orderTopic' : 'customerTopic',
        partition,
        offset: n,
        at,
        arrivedAt: at + delay
      }
      const copy = { ...record, offset: n + 100, arrivedAt: at + delay + (copyAfter ?? 0) }
      return copyAfter === undefined ? [record] : [record, copy]
    })
  )

const arrivals = recordsOfSagas.chain(records => {
  const anyOrder = fc.shuffledSubarray([...records, ...records], { minLength: 2 * records.length })
  return fc.record({ records: fc.constant(records), one: anyOrder, other: anyOrder, now: fc.integer({ max: 40_000 }) })
})

function indexOf(records: readonly StepInput[], readUpTo: number) {
  const index = createSagaIndex(twoServices)
  records.forEach(index.add)
  for (const topic of Object.keys(twoServices.services)) index.caughtUp(topic, { from: 0, to: readUpTo })
  return index
}

it('finds the same sagas in whatever order the records arrive, and the ones that a naive model finds', () => {
  fc.assert(
    fc.property(arrivals, fc.integer({ max: 40_000 }), ({ records, one, other, now }, readUpTo) => {
      const [index, same] = [indexOf(one, readUpTo), indexOf(other, readUpTo)]
      for (const id of ['request-0', 'request-1', 'request-2']) {
        const saga = index.saga(id, now)
        expect(saga).toEqual(same.saga(id, now))
        const steps = firstsOf(records.filter(({ correlationId }) => correlationId === id))
        expect(saga?.steps.map(({ messageId }) => messageId).sort() ?? []).toEqual(
          steps.map(({ messageId }) => messageId).sort()
        )
        expect(new Set(saga?.expectations.map(each => `${each.after.messageId} ${each.state}`))).toEqual(
          new Set(statesOf(steps, now, readUpTo))
        )
        requireCausesFirst(saga?.steps ?? [])
      }
      expect(index.counts(now)).toEqual(same.counts(now))
      expect(
        index
          .stuck(now, 10)
          .map(({ correlationId }) => correlationId)
          .sort()
      ).toEqual(
        same
          .stuck(now, 10)
          .map(({ correlationId }) => correlationId)
          .sort()
      )
    }),
    { numRuns: 500 }
  )
})

/** Of each message the record that arrived first. */
function firstsOf(records: readonly StepInput[]): readonly StepInput[] {
  return records.filter(({ messageId }, at) => records.findIndex(one => one.messageId === messageId) === at)
}

/** The model: looks at every pair of steps, and up the causes of the later one. */
function statesOf(steps: readonly StepInput[], now: number, readUpTo: number): readonly string[] {
  const causeOf = (step: StepInput) => steps.find(({ messageId }) => messageId === step.causationId)
  function chainOf(step: StepInput): readonly StepInput[] {
    const chain: StepInput[] = []
    for (let next: StepInput | undefined = step; next && !chain.includes(next); next = causeOf(next)) chain.push(next)
    return chain
  }
  const descends = (step: StepInput, from: StepInput) => step !== from && chainOf(step).includes(from)
  const hasNoCause = (step: StepInput) => {
    const last = chainOf(step).at(-1)!
    return step.causationId === undefined || (last.causationId !== undefined && causeOf(last) === undefined)
  }
  return steps.flatMap(after =>
    twoServices.expectations
      .filter(expectation => expectation.after === after.event)
      .map(({ oneOf, withinMs }) => {
        const answers = steps.filter(step => oneOf.includes(step.event))
        const isMet = answers.some(
          step =>
            descends(step, after) || (hasNoCause(step) && (step.at >= after.at || step.arrivedAt >= after.arrivedAt))
        )
        const deadline = after.arrivedAt + withinMs
        const late = readUpTo >= deadline ? 'overdue' : 'unknown'
        return `${after.messageId} ${isMet ? 'met' : now < deadline ? 'waiting' : late}`
      })
  )
}

function requireCausesFirst(steps: readonly StepInput[]): void {
  const seen = new Set<string>()
  const ids = new Set(steps.map(({ messageId }) => messageId))
  for (const step of steps) {
    const { causationId, messageId } = step
    const isCircle = causationId !== undefined && circles(steps, step)
    if (causationId !== undefined && ids.has(causationId) && !isCircle) expect(seen).toContain(causationId)
    seen.add(messageId)
  }
}

/** Whether the causes of a step lead into a circle. */
function circles(steps: readonly StepInput[], step: StepInput): boolean {
  const byId = new Map(steps.map(one => [one.messageId, one]))
  let next: StepInput | undefined = step
  for (let hops = 0; hops <= steps.length; hops++) next = byId.get(next?.causationId ?? '')
  return next !== undefined
}
