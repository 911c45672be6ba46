import type { OrderState, OrderTrigger } from '../order-states.ts'
import type { CancelReason, ItemForSale, NewOrder, Order } from './order.ts'

/** What is for sale. */
export interface Menu {
  readonly find: (itemId: number) => Promise<ItemForSale | undefined>
}

/** What happens to an order. */
export type Cause = {
  readonly trigger: OrderTrigger
  readonly reason?: CancelReason
  /** Nothing happens to an order in another state. */
  readonly onlyIn?: OrderState
  readonly trace?: Trace
}

/** The request that the event of a change belongs to. */
export type Trace = { readonly traceparent?: string | undefined; readonly actor?: string | undefined }

/** What became of a change, and the order after it. */
export type Changed = { readonly outcome: 'changed' | 'unchanged' | 'refused'; readonly order: Order }

/** The orders of this service. Each change and its event are committed together, and before the promise resolves. */
export interface Orders {
  readonly add: (order: NewOrder, trace: Trace) => Promise<Order>
  readonly find: (id: number) => Promise<Order | undefined>
  /** Does what the table of states says; undefined if there is no such order. */
  readonly change: (id: number, cause: Cause) => Promise<Changed | undefined>
}
