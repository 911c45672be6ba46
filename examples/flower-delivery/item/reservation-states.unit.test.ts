import { expect, it } from 'vitest'
import { linesOf } from '../test/lines-of.ts'
import { paidTrigger, reservationStates } from './reservation-states.ts'

it('moves a reservation as this table says, and in no other way', () => {
  expect(new Set(linesOf(reservationStates))).toEqual(
    new Set([
      'none + paid [enough] → RESERVED, stock_reserved',
      'none + paid [short] → OUT_OF_STOCK, item_out_of_stock',
      'none + order_cancelled → RELEASED',
      'none + rejected → RELEASED',
      'RESERVED + paid [enough] → —',
      'RESERVED + paid [short] → —',
      'RESERVED + order_cancelled → RELEASED, stock_released',
      'RESERVED + rejected → RELEASED, stock_released',
      'OUT_OF_STOCK + paid [enough] → —',
      'OUT_OF_STOCK + paid [short] → —',
      'OUT_OF_STOCK + order_cancelled → —',
      'OUT_OF_STOCK + rejected → —',
      'RELEASED + paid [enough] → —',
      'RELEASED + paid [short] → —',
      'RELEASED + order_cancelled → —',
      'RELEASED + rejected → —'
    ])
  )
})

it.each([
  [5, 3, 'enough'],
  [3, 3, 'enough'],
  [2, 3, 'short'],
  [0, 1, 'short'],
  [undefined, 1, 'short']
])('finds that a stock of %s is for an order of %i: %s', (stockCnt, qty, found) => {
  expect(paidTrigger(stockCnt, qty)).toBe(`paid [${found}]`)
})
