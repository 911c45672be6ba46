import { expect, it } from 'vitest'
import { linesOf } from '../test/lines-of.ts'
import { deliveryStates } from './delivery-states.ts'

it('moves a delivery as this table says, and in no other way', () => {
  expect(new Set(linesOf(deliveryStates))).toEqual(
    new Set([
      'none + decorated → REQUESTED',
      'none + order_cancel_requested → CANCEL_ASKED',
      'CANCEL_ASKED + depart → ✗',
      'CANCEL_ASKED + complete → ✗',
      'CANCEL_ASKED + decorated → CANCELLED, delivery_cancelled',
      'CANCEL_ASKED + order_cancel_requested → —',
      'REQUESTED + depart → DEPARTED, departed_for_delivery',
      'REQUESTED + complete → ✗',
      'REQUESTED + decorated → —',
      'REQUESTED + order_cancel_requested → CANCELLED, delivery_cancelled',
      'DEPARTED + depart → —',
      'DEPARTED + complete → COMPLETED, delivery_completed',
      'DEPARTED + decorated → —',
      'DEPARTED + order_cancel_requested → DEPARTED, delivery_cancel_refused',
      'COMPLETED + depart → —',
      'COMPLETED + complete → —',
      'COMPLETED + decorated → —',
      'COMPLETED + order_cancel_requested → COMPLETED, delivery_cancel_refused',
      'CANCELLED + depart → ✗',
      'CANCELLED + complete → ✗',
      'CANCELLED + decorated → —',
      'CANCELLED + order_cancel_requested → —'
    ])
  )
})
