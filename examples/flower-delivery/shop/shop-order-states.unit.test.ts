import { expect, it } from 'vitest'
import { linesOf } from '../test/lines-of.ts'
import { shopOrderStates } from './shop-order-states.ts'

it('moves an order of the shop as this table says, and in no other way', () => {
  expect(new Set(linesOf(shopOrderStates))).toEqual(
    new Set([
      'none + stock_reserved → WAITING',
      'none + order_cancel_requested → CANCEL_ASKED',
      'CANCEL_ASKED + receive → ✗',
      'CANCEL_ASKED + decorate → ✗',
      'CANCEL_ASKED + reject → ✗',
      'CANCEL_ASKED + stock_reserved → CANCELLED, registration_cancelled',
      'CANCEL_ASKED + order_cancel_requested → —',
      'WAITING + receive → RECEIVED, received',
      'WAITING + decorate → ✗',
      'WAITING + reject → REJECTED, rejected',
      'WAITING + stock_reserved → —',
      'WAITING + order_cancel_requested → CANCELLED, registration_cancelled',
      'RECEIVED + receive → —',
      'RECEIVED + decorate → DECORATED, decorated',
      'RECEIVED + reject → REJECTED, rejected',
      'RECEIVED + stock_reserved → —',
      'RECEIVED + order_cancel_requested → CANCELLED, registration_cancelled',
      'DECORATED + receive → ✗',
      'DECORATED + decorate → —',
      'DECORATED + reject → ✗',
      'DECORATED + stock_reserved → —',
      'DECORATED + order_cancel_requested → —',
      'REJECTED + receive → ✗',
      'REJECTED + decorate → ✗',
      'REJECTED + reject → —',
      'REJECTED + stock_reserved → —',
      'REJECTED + order_cancel_requested → —',
      'CANCELLED + receive → ✗',
      'CANCELLED + decorate → ✗',
      'CANCELLED + reject → ✗',
      'CANCELLED + stock_reserved → —',
      'CANCELLED + order_cancel_requested → —'
    ])
  )
})
