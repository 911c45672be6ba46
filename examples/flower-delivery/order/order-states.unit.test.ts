import { expect, it } from 'vitest'
import { orderStates } from './order-states.ts'

const requested = 'CANCELLING order_cancel_requested'
const cancelled = 'CANCELLED order_cancelled'
const decided = {
  payment_cancelled: cancelled,
  item_out_of_stock: cancelled,
  registration_cancelled: cancelled,
  delivery_cancelled: cancelled,
  rejected: 'REJECTED',
  delivery_completed: 'COMPLETED'
}
const departs = { departed_for_delivery: 'DEPARTED', delivery_cancel_refused: 'DEPARTED' }
const over = Object.fromEntries(
  ['paid', ...Object.keys(decided), ...Object.keys(departs)].map(trigger => [trigger, 'unchanged'])
)

it.each([
  ['PAYMENT_PENDING', { cancel: requested, paid: 'PAID', ...decided, ...departs }],
  ['PAID', { cancel: requested, paid: 'unchanged', ...decided, ...departs }],
  [
    'CANCELLING',
    {
      cancel: 'unchanged',
      paid: 'unchanged',
      ...decided,
      departed_for_delivery: 'unchanged',
      delivery_cancel_refused: 'DEPARTED'
    }
  ],
  ['DEPARTED', { ...over, cancel: requested, delivery_completed: 'COMPLETED' }],
  ['COMPLETED', { ...over, cancel: 'refused' }],
  ['CANCELLED', { ...over, cancel: 'unchanged' }],
  ['REJECTED', { ...over, cancel: 'refused' }]
] as const)('moves an order that is %s', (state, expected) => {
  const steps: Readonly<Record<string, string | { to: string; publishes?: string }>> = orderStates.steps[state]
  const shown = Object.entries(steps).map(([trigger, step]) => [
    trigger,
    typeof step === 'string' ? step : [step.to, step.publishes].filter(part => part !== undefined).join(' ')
  ])
  expect(Object.fromEntries(shown)).toEqual(expected)
})
