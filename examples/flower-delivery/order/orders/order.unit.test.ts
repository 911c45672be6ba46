import { expect, it } from 'vitest'
import { differencesFrom, orderOf, reasonAfter } from './order.ts'

const item = { itemId: 1, itemName: '장미 한 다발', storeName: 'KJSHOP', itemPrice: 50_000 }
const wish = { itemId: 1, qty: 3, userName: '이기정' }

it('takes names and price from the menu', () => {
  expect(orderOf(item, wish)).toEqual({ ...item, userName: '이기정', qty: 3, amount: 150_000 })
})

it('names what differs from the menu, and nothing that the customer has left out', () => {
  expect(differencesFrom(item, wish)).toEqual([])
  expect(differencesFrom(item, { ...wish, ...item })).toEqual([])
  expect(differencesFrom(item, { ...wish, itemPrice: 1, storeName: 'KJ', itemName: item.itemName })).toEqual([
    { field: 'storeName', message: 'is KJSHOP on the menu' },
    { field: 'itemPrice', message: 'is 50000 on the menu' }
  ])
})

it('keeps the reason of a cancellation until it is refused', () => {
  expect(reasonAfter(null, { trigger: 'cancel', reason: 'CUSTOMER' })).toBe('CUSTOMER')
  for (const trigger of ['payment_cancelled', 'registration_cancelled', 'item_out_of_stock', 'paid'] as const)
    expect(reasonAfter('CUSTOMER', { trigger })).toBe('CUSTOMER')
  expect(reasonAfter('CUSTOMER', { trigger: 'rejected', reason: 'no roses' })).toBe('no roses')
  expect(reasonAfter(null, { trigger: 'item_out_of_stock' })).toBe('OUT_OF_STOCK')
  for (const trigger of ['delivery_cancel_refused', 'delivery_completed'] as const)
    expect(reasonAfter('CUSTOMER', { trigger })).toBeNull()
})
