import { expect, it } from 'vitest'
import { type OrderRow, type ReservationRow, checkAgreement, checkLimits, checkSums } from './checks.ts'

const order = (id: number, state: string, total = 100n): OrderRow => ({ id, customerId: 1, total, state })
const reservation = (orderId: number, state: string, total = 100n): ReservationRow => ({
  orderId,
  customerId: 1,
  total,
  state
})

it('allows reservations up to the limit, and none of a customer that does not exist', () => {
  const customers = [
    { id: 1, limit: 1_000n, reserved: 1_000n },
    { id: 2, limit: 1_000n, reserved: 1_001n },
    { id: 3, limit: undefined, reserved: 0n },
    { id: 4, limit: undefined, reserved: 5n }
  ]
  expect(checkLimits(customers)).toEqual({
    checked: 4,
    settling: [],
    violations: [
      'customer 2 has 10.01 reserved, and the limit is 10.00',
      'customer 4 has 0.05 reserved, and is not registered'
    ]
  })
})

it('takes an order that waits for the other service for settling, whatever the other one says of it', () => {
  const both = {
    orders: [order(1, 'PENDING'), order(2, 'PENDING'), order(3, 'CANCEL_PENDING'), order(4, 'CANCELLED')],
    reservations: [reservation(2, 'APPROVED'), reservation(3, 'REJECTED'), reservation(4, 'APPROVED')]
  }
  expect(checkAgreement(both)).toEqual({ checked: 4, violations: [], settling: [1, 2, 3, 4] })
  expect(checkSums(both)).toEqual({ checked: 0, violations: [], settling: [] })
})

it('finds final orders that the services disagree about, and reservations without an order', () => {
  const both = {
    orders: [order(1, 'APPROVED'), order(2, 'APPROVED'), order(3, 'REJECTED'), order(4, 'CANCELLED')],
    reservations: [
      reservation(1, 'APPROVED'),
      reservation(2, 'REJECTED'),
      reservation(3, 'REJECTED'),
      reservation(9, 'APPROVED')
    ]
  }
  expect(checkAgreement(both).violations).toEqual([
    'order 2 is APPROVED, and REJECTED to customer-service',
    'order 4 is CANCELLED, and unknown to customer-service',
    'order 9 is APPROVED to customer-service, and does not exist'
  ])
})

it('compares what is reserved with the approved orders of each customer', () => {
  const orders = [order(1, 'APPROVED', 250n), order(2, 'APPROVED', 50n), order(3, 'PENDING', 7n)]
  const agreeing = [reservation(1, 'APPROVED', 250n), reservation(2, 'APPROVED', 50n), reservation(3, 'APPROVED', 7n)]
  expect(checkSums({ orders, reservations: agreeing }).violations).toEqual([])
  expect(checkSums({ orders, reservations: [reservation(1, 'APPROVED', 200n)] }).violations).toEqual([
    'customer 1 has 2.00 reserved for approved orders of 3.00'
  ])
})
