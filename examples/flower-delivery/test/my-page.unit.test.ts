import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Fact, type FactName, type Facts, withFact } from '../order/my-page/facts.ts'
import { statusOf } from '../order/my-page/status.ts'
import { Model } from './model.ts'
import { run, type Schedule, schedule, settle } from './schedules.ts'

type Event = { readonly name: FactName; readonly at: Date; readonly details: object }

const details: Readonly<Partial<Record<string, (number: number) => object>>> = {
  payment_cancelled: () => ({ refunded: 50_000 }),
  rejected: () => ({ rejectReason: 'no roses' }),
  // A customer may ask again after a refusal.
  order_cancel_requested: number => ({ cancelRequestReason: `request ${number}` }),
  order_cancelled: () => ({ cancelReason: 'CUSTOMER' })
}
const ofStock = new Set(['stock_reserved', 'stock_released'])

/** The events of an order that MyPage reads, each a millisecond after the other. */
function eventsOf(model: Model, order: number): readonly Event[] {
  const refunded = model.state('payment', order) === 'VOID' ? { refunded: 0 } : {}
  return model.published
    .filter(one => one.order === order && !ofStock.has(one.event))
    .map(({ event }, number) => ({
      name: event as FactName,
      at: new Date(1_000 + number),
      details: { ...details[event]?.(number), ...(event === 'payment_cancelled' && refunded) }
    }))
}

const factsOf = (events: readonly Event[]): Facts =>
  events.reduce<Facts>((facts, { name, at, details: more }) => withFact(facts, name, { at, ...more } as Fact), {})

/** Orders as random schedules leave them, on the tables of states that the services run on. */
function modelAfter({ stock, quantities, steps }: Schedule): Model {
  const model = new Model(stock, quantities)
  for (const one of steps) run(model, one)
  return model
}

it('shows the same for the events of an order in any order, also if they come again', () => {
  fc.assert(
    fc.property(schedule, fc.infiniteStream(fc.nat()), (plan, random) => {
      const model = modelAfter(plan)
      for (const order of model.quantities.keys()) {
        const events = eventsOf(model, order)
        const shuffled = [...events, ...events]
          .map(event => ({ event, rank: random.next().value ?? 0 }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ event }) => event)
        expect(factsOf(shuffled)).toEqual(factsOf(events))
        expect(statusOf(factsOf(shuffled))).toEqual(statusOf(factsOf(events)))
      }
    }),
    { numRuns: 1_000 }
  )
})

it('shows the first of two refused cancellations for each permutation of their events', () => {
  const asked: readonly FactName[] = ['order_cancel_requested', 'delivery_cancel_refused', 'order_cancel_requested']
  const names: readonly FactName[] = ['ordered', 'paid', 'departed_for_delivery', ...asked, 'delivery_completed']
  const events = names.map((name, number) => ({
    name,
    at: new Date(number),
    details: details[name]?.(number) ?? {}
  }))
  const all = permutations(events)
  expect(all).toHaveLength(5_040)
  for (const permutation of all)
    expect(statusOf(factsOf(permutation))).toEqual({
      orderStatus: 'COMPLETED',
      paymentStatus: 'PAID',
      deliveryStatus: 'COMPLETED',
      cancellation: 'REFUSED',
      reason: 'request 3',
      updatedAt: new Date(6)
    })
})

it('shows each order as the services have left it', () => {
  fc.assert(
    fc.property(schedule, plan => {
      const model = modelAfter(plan)
      settle(model)
      for (const order of model.quantities.keys()) {
        const { orderStatus, paymentStatus, deliveryStatus, cancellation } = statusOf(factsOf(eventsOf(model, order)))
        expect(orderStatus).toBe(model.state('order', order))
        expect(paymentStatus).toBe(model.state('payment', order))
        const delivery = model.state('delivery', order) ?? 'CANCEL_ASKED'
        expect(deliveryStatus).toBe(delivery === 'CANCEL_ASKED' ? null : delivery)
        const answered = { COMPLETED: 'REFUSED', CANCELLED: 'ACCEPTED', REJECTED: 'OVERTAKEN' }
        const asked = model.published.some(one => one.order === order && one.event === 'order_cancel_requested')
        expect(cancellation).toBe(asked ? answered[orderStatus as keyof typeof answered] : null)
      }
    }),
    { numRuns: 1_000 }
  )
})

it('shows each step of an order in turn', () => {
  const steps: readonly FactName[] = ['ordered', 'paid', 'received', 'decorated', 'departed_for_delivery']
  const seen = [...steps, 'delivery_completed' as const].map((_, count, all) => {
    const events = all.slice(0, count + 1).map((name, number) => ({ name, at: new Date(number), details: {} }))
    const { orderStatus, deliveryStatus } = statusOf(factsOf(events))
    return [orderStatus, deliveryStatus]
  })
  expect(seen).toEqual([
    ['PAYMENT_PENDING', null],
    ['PAID', null],
    ['RECEIVED', null],
    ['DECORATED', 'REQUESTED'],
    ['DEPARTED', 'DEPARTED'],
    ['COMPLETED', 'COMPLETED']
  ])
})

function permutations<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length < 2) return [list]
  return list.flatMap((one, index) => permutations(list.toSpliced(index, 1)).map(rest => [one, ...rest]))
}
