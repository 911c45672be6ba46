import type { StateMachine } from '@outbox-cdc/service-kit'

/** The stock of one order. Only RESERVED holds stock. */
export type ReservationState = 'RESERVED' | 'OUT_OF_STOCK' | 'RELEASED'

export type ReservationTrigger = 'paid [enough]' | 'paid [short]' | 'order_cancelled' | 'rejected'

type StockEvent = 'stock_reserved' | 'item_out_of_stock' | 'stock_released'

const release = { to: 'RELEASED', publishes: 'stock_released' } as const
const decidedBefore = { 'paid [enough]': 'unchanged', 'paid [short]': 'unchanged' } as const

/** The life of a reservation. README.md shows it as a diagram, which `npm run diagrams` draws from this table. */
export const reservationStates = {
  first: {
    'paid [enough]': { to: 'RESERVED', publishes: 'stock_reserved' },
    'paid [short]': { to: 'OUT_OF_STOCK', publishes: 'item_out_of_stock' },
    // Its `paid` was skipped by a person: if it comes after all, it must not reserve.
    order_cancelled: { to: 'RELEASED' },
    rejected: { to: 'RELEASED' }
  },
  steps: {
    RESERVED: { ...decidedBefore, order_cancelled: release, rejected: release },
    OUT_OF_STOCK: { ...decidedBefore, order_cancelled: 'unchanged', rejected: 'unchanged' },
    RELEASED: { ...decidedBefore, order_cancelled: 'unchanged', rejected: 'unchanged' }
  },
  listeners: { stock_reserved: ['shop'], item_out_of_stock: ['order'], stock_released: [] }
} as const satisfies StateMachine<ReservationTrigger, ReservationState, ReservationTrigger, StockEvent>

/** Decides on an order that was paid. One that takes exactly the rest of the stock fits. An item that doesn't exist has no stock. */
export const paidTrigger = (stockCnt: number | undefined, qty: number) =>
  stockCnt !== undefined && qty <= stockCnt ? 'paid [enough]' : 'paid [short]'
