import { expect, it } from 'vitest'
import { linesOf } from '../test/lines-of.ts'
import { paymentStates } from './payment-states.ts'

it('moves a payment as this table says, and in no other way', () => {
  expect(new Set(linesOf(paymentStates))).toEqual(
    new Set([
      'none + pay → PAID, paid',
      'none + order_cancel_requested → VOID, payment_cancelled',
      'none + order_cancelled → VOID',
      'none + rejected → VOID',
      'PAID + pay → —',
      'PAID + order_cancel_requested → —',
      'PAID + order_cancelled → CANCELLED, payment_cancelled',
      'PAID + rejected → FORCIBLY_CANCELLED, payment_forcibly_cancelled',
      'VOID + pay → ✗',
      'VOID + order_cancel_requested → —',
      'VOID + order_cancelled → —',
      'VOID + rejected → —',
      'CANCELLED + pay → ✗',
      'CANCELLED + order_cancel_requested → —',
      'CANCELLED + order_cancelled → —',
      'CANCELLED + rejected → —',
      'FORCIBLY_CANCELLED + pay → ✗',
      'FORCIBLY_CANCELLED + order_cancel_requested → —',
      'FORCIBLY_CANCELLED + order_cancelled → —',
      'FORCIBLY_CANCELLED + rejected → —'
    ])
  )
})
