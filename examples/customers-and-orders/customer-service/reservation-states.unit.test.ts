import { expect, it } from 'vitest'
import { decide, type ReservationState, reservationStates } from './reservation-states.ts'

const credit = (creditLimit: bigint | undefined, reserved = 0n) => ({ creditLimit, reserved })

it.each([
  ['fits', { ...credit(10_000n), orderTotal: 4_000n }, undefined],
  ['fits', { ...credit(10_000n, 4_000n), orderTotal: 6_000n }, undefined],
  ['over the limit', { ...credit(10_000n, 4_000n), orderTotal: 6_001n }, 'CREDIT_LIMIT_EXCEEDED'],
  ['over the limit', { ...credit(10_000n, 10_000n), orderTotal: 1n }, 'CREDIT_LIMIT_EXCEEDED'],
  ['invalid', { ...credit(undefined), orderTotal: 1n }, 'UNKNOWN_CUSTOMER'],
  ['invalid', { ...credit(undefined), orderTotal: undefined }, 'UNKNOWN_CUSTOMER'],
  ['invalid', { ...credit(10_000n), orderTotal: undefined }, 'INVALID_AMOUNT'],
  ['invalid', { ...credit(10_000n), orderTotal: 0n }, 'INVALID_AMOUNT'],
  ['invalid', { ...credit(10_000n), orderTotal: -1n }, 'INVALID_AMOUNT']
] as const)('decides %s for %o, with the reason %s', (guard, request, reason) => {
  expect(decide(request)).toEqual({ trigger: `order_created [${guard}]`, reason })
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
