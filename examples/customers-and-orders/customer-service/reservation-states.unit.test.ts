import { expect, it } from 'vitest'
import { decide, type ReservationState, reservationStates } from './reservation-states.ts'

it.each([
  ['fits', 10_000n, 0n, 4_000n, undefined],
  ['fits', 10_000n, 4_000n, 6_000n, undefined],
  ['over the limit', 10_000n, 4_000n, 6_001n, 'CREDIT_LIMIT_EXCEEDED'],
  ['over the limit', 10_000n, 10_000n, 1n, 'CREDIT_LIMIT_EXCEEDED'],
  ['invalid', undefined, 0n, 1n, 'UNKNOWN_CUSTOMER'],
  ['invalid', undefined, 0n, undefined, 'UNKNOWN_CUSTOMER'],
  ['invalid', 10_000n, 0n, undefined, 'INVALID_AMOUNT'],
  ['invalid', 10_000n, 0n, 0n, 'INVALID_AMOUNT'],
  ['invalid', 10_000n, 0n, -1n, 'INVALID_AMOUNT']
] as const)('decides: %s with limit %s, reserved %s, total %s', (guard, creditLimit, reserved, orderTotal, reason) => {
  expect(decide({ creditLimit, reserved, orderTotal })).toEqual({ trigger: `order_created [${guard}]`, reason })
})

const [fits, over, invalid] = [
  'order_created [fits]',
  'order_created [over the limit]',
  'order_created [invalid]'
] as const

/** Every state with every trigger: the next state and the answer; — for unchanged. */
const table = [
  ['none', fits, 'APPROVED customer_credit_reserved'],
  ['none', over, 'REJECTED customer_credit_limit_exceeded'],
  ['none', invalid, 'REJECTED customer_validation_failed'],
  ['none', 'order_cancelled', 'CANCELLED'],
  ['APPROVED', fits, '—'],
  ['APPROVED', over, '—'],
  ['APPROVED', invalid, '—'],
  ['APPROVED', 'order_cancelled', 'CANCELLED'],
  ['REJECTED', fits, '—'],
  ['REJECTED', over, '—'],
  ['REJECTED', invalid, '—'],
  ['REJECTED', 'order_cancelled', '—'],
  ['CANCELLED', fits, '—'],
  ['CANCELLED', over, '—'],
  ['CANCELLED', invalid, '—'],
  ['CANCELLED', 'order_cancelled', '—']
] as const

const stepsOf = (state: ReservationState | 'none') =>
  state === 'none' ? reservationStates.first : reservationStates.steps[state]

it.each(table)('moves a reservation that is %s on %s: %s', (state, trigger, expected) => {
  const step: { to: string; publishes?: string } | 'unchanged' = stepsOf(state)[trigger]
  const parts = step === 'unchanged' ? ['—'] : [step.to, step.publishes]
  expect(parts.filter(part => part !== undefined).join(' ')).toBe(expected)
})

it('has no state and no trigger beyond that table', () => {
  const all = (['none', ...Object.keys(reservationStates.steps)] as (ReservationState | 'none')[]).flatMap(state =>
    Object.keys(stepsOf(state)).map(trigger => `${state} ${trigger}`)
  )
  expect(all.toSorted()).toEqual(table.map(([state, trigger]) => `${state} ${trigger}`).toSorted())
})
