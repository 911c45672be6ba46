import { expect, it } from 'vitest'
import { type OrderState, type OrderTrigger, orderStates } from './order-states.ts'

const reserved = 'customer_credit_reserved'
const exceeded = 'customer_credit_limit_exceeded'
const failed = 'customer_validation_failed'

/** Every state with every trigger: the next state and the event; — for unchanged, ✗ for refused. */
const table: readonly (readonly [OrderState, OrderTrigger, string])[] = [
  ['PENDING', 'cancel', 'CANCEL_PENDING'],
  ['PENDING', reserved, 'APPROVED order_approved'],
  ['PENDING', exceeded, 'REJECTED order_rejected'],
  ['PENDING', failed, 'REJECTED order_rejected'],
  ['CANCEL_PENDING', 'cancel', '—'],
  ['CANCEL_PENDING', reserved, 'CANCELLED order_cancelled'],
  ['CANCEL_PENDING', exceeded, 'REJECTED order_rejected'],
  ['CANCEL_PENDING', failed, 'REJECTED order_rejected'],
  ['APPROVED', 'cancel', 'CANCELLED order_cancelled'],
  ['APPROVED', reserved, '—'],
  ['APPROVED', exceeded, '—'],
  ['APPROVED', failed, '—'],
  ['REJECTED', 'cancel', '✗'],
  ['REJECTED', reserved, '—'],
  ['REJECTED', exceeded, '—'],
  ['REJECTED', failed, '—'],
  ['CANCELLED', 'cancel', '✗'],
  ['CANCELLED', reserved, '—'],
  ['CANCELLED', exceeded, '—'],
  ['CANCELLED', failed, '—']
]

it.each(table)('moves an order that is %s on %s: %s', (state, trigger, expected) => {
  const step: { to: string; publishes?: string } | 'unchanged' | 'refused' = orderStates.steps[state][trigger]
  const shown =
    typeof step === 'object'
      ? [step.to, step.publishes].filter(part => part !== undefined).join(' ')
      : { unchanged: '—', refused: '✗' }[step]
  expect(shown).toBe(expected)
})

it('has no state and no trigger beyond that table', () => {
  const all = Object.entries(orderStates.steps).flatMap(([state, steps]) =>
    Object.keys(steps).map(trigger => `${state} ${trigger}`)
  )
  expect(all.toSorted()).toEqual(table.map(([state, trigger]) => `${state} ${trigger}`).toSorted())
})
