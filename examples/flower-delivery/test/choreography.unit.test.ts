import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isGoodEnd } from './ends.ts'
import { Model, type Service, services } from './model.ts'
import { run, schedule, settle } from './schedules.ts'

it('ends each order well, whatever happens in whatever order', () => {
  const ends = new Set<string>()
  fc.assert(
    fc.property(schedule, ({ stock, quantities, steps }) => {
      const model = new Model(stock, quantities)
      for (const one of steps) {
        run(model, one)
        neverRefundsWhatDeparted(model)
      }
      settle(model)
      isBalanced(model, stock)
      for (const order of quantities.keys())
        ends.add(services.map(service => model.state(service, order) ?? '').join(' '))
    }),
    { numRuns: 5_000 }
  )
  // The schedules reach every way in which an order may end, also those that need a request to overtake an event.
  expect([...ends].toSorted()).toEqual([
    'CANCELLED CANCELLED OUT_OF_STOCK  ',
    'CANCELLED CANCELLED OUT_OF_STOCK CANCEL_ASKED CANCEL_ASKED',
    'CANCELLED CANCELLED RELEASED CANCELLED CANCEL_ASKED',
    'CANCELLED CANCELLED RELEASED DECORATED CANCELLED',
    'CANCELLED VOID RELEASED CANCEL_ASKED CANCEL_ASKED',
    'COMPLETED PAID RESERVED DECORATED COMPLETED',
    'REJECTED FORCIBLY_CANCELLED RELEASED REJECTED ',
    'REJECTED FORCIBLY_CANCELLED RELEASED REJECTED CANCEL_ASKED'
  ])
})

it('answers each cancellation once', () => {
  const answers = ['item_out_of_stock', 'registration_cancelled', 'rejected', 'delivery_cancelled']
  fc.assert(
    fc.property(schedule, ({ stock, quantities, steps }) => {
      const model = new Model(stock, quantities)
      for (const one of steps) if (one.kind !== 'replay') run(model, one)
      settle(model)
      for (const order of quantities.keys()) {
        const said = (event: string) => model.published.filter(one => one.order === order && one.event === event).length
        const asked = said('order_cancel_requested')
        const refused = said('delivery_cancel_refused')
        const decided =
          answers.reduce((sum, event) => sum + said(event), 0) + Number(model.state('payment', order) === 'VOID')
        expect(decided).toBe(model.state('order', order) === 'COMPLETED' ? 0 : 1)
        if (asked > 0) expect(refused).toBe(decided === 0 ? asked : 0)
      }
    }),
    { numRuns: 3_000 }
  )
})

function neverRefundsWhatDeparted(model: Model): void {
  for (const order of model.quantities.keys())
    if (['DEPARTED', 'COMPLETED'].includes(model.state('delivery', order) ?? ''))
      expect(model.state('payment', order)).toBe('PAID')
}

function isBalanced(model: Model, stock: number): void {
  let sold = 0
  for (const [order, quantity] of model.quantities.entries()) {
    const states = statesOf(model, order)
    expect(isGoodEnd(states), JSON.stringify(states)).toBe(true)
    if (states.item === 'RESERVED') sold += quantity
  }
  expect(model.stock + sold).toBe(stock)
}

const statesOf = (model: Model, order: number) =>
  Object.fromEntries(services.map(service => [service, model.state(service, order)])) as Record<
    Service,
    string | undefined
  >
