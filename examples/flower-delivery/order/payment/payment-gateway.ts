import type { RequestContext, Reservation } from '@outbox-cdc/service-kit'

/** What payment is told of an order: all that the services after it need. Amounts are whole won. */
export type OrderToPay = {
  readonly orderId: number
  readonly itemId: number
  readonly itemName: string
  readonly storeName: string
  readonly userName: string
  readonly qty: number
  readonly itemPrice: number
  readonly amount: number
}

/** `declined` says why: the order was cancelled, so it can't be paid any more. */
export type PaymentAnswer = { readonly paid: true } | { readonly paid: false; readonly declined: string }

/** Takes the money for an order. */
export interface PaymentGateway {
  /**
   * Holds a place for a payment, until it's released. Throws a 503 problem if payment is overloaded. Ask before the order is
   * stored.
   */
  readonly reserve: () => Reservation
  /**
   * Pays for an order that is committed, once, however often it's called. Rejects with a 503 problem if the answer isn't known
   * in time: the order may be paid all the same, and then the event `paid` says so.
   */
  readonly pay: (order: OrderToPay, context: RequestContext) => Promise<PaymentAnswer>
}
