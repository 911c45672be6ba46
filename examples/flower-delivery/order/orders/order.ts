import { type OrderState, orderStates, type OrderTrigger } from '../order-states.ts'

/** Why an order is cancelled: at the wish of the customer, or because it could not be paid or filled. */
export const cancelReasons = ['CUSTOMER', 'NOT_PAID_IN_TIME', 'PAYMENT_UNAVAILABLE', 'OUT_OF_STOCK'] as const
export type CancelReason = (typeof cancelReasons)[number]

/** What a customer asks for. Names and price are those that the customer has seen, if given. */
export type Wish = {
  readonly itemId: number
  readonly qty: number
  readonly userName: string
  readonly itemName?: string | undefined
  readonly storeName?: string | undefined
  readonly itemPrice?: number | undefined
}

/** An item as it's sold now. */
export type ItemForSale = {
  readonly itemId: number
  readonly itemName: string
  readonly storeName: string
  readonly itemPrice: number
}

export type NewOrder = ItemForSale & { readonly userName: string; readonly qty: number; readonly amount: number }

export type Order = NewOrder & {
  readonly id: number
  readonly orderStatus: OrderState
  /** Why it's cancelled or to be cancelled, or why the shop rejected it. */
  readonly reason: string | null
  readonly createdAt: Date
}

/** A field in which a wish differs from the menu. */
export type Difference = { readonly field: 'itemName' | 'storeName' | 'itemPrice'; readonly message: string }

const compared = ['itemName', 'storeName', 'itemPrice'] as const

export function differencesFrom(item: ItemForSale, wish: Wish): readonly Difference[] {
  return compared
    .filter(field => wish[field] !== undefined && wish[field] !== item[field])
    .map(field => ({ field, message: `is ${item[field]} on the menu` }))
}

/** The order that a wish becomes, at the price of the menu. */
export function orderOf({ itemId, itemName, storeName, itemPrice }: ItemForSale, { qty, userName }: Wish): NewOrder {
  return { itemId, itemName, storeName, userName, qty, itemPrice, amount: qty * itemPrice }
}

/** What a trigger does to an order. */
export type Step =
  | 'unchanged'
  | 'refused'
  | { readonly to: OrderState; readonly publishes?: 'order_cancel_requested' | 'order_cancelled' }

export const stepOf = (state: OrderState, trigger: OrderTrigger): Step => orderStates.steps[state][trigger]

type Change = { readonly trigger: OrderTrigger; readonly reason?: string | undefined }

/** The reason that an order has after a change. */
export function reasonAfter(before: string | null, { trigger, reason }: Change): string | null {
  if (trigger === 'cancel' || trigger === 'rejected') return reason ?? null
  if (trigger === 'delivery_cancel_refused' || trigger === 'delivery_completed') return null
  // A customer who has cancelled the order before isn't told that it was short.
  return before ?? (trigger === 'item_out_of_stock' ? 'OUT_OF_STOCK' : null)
}
