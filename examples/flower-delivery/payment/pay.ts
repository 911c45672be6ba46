import { originOf, Problem, type RequestContext } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import type { Acquirer } from './acquirer.ts'
import { findPayment, type NewPayment, type Payment, payOrder } from './payments.ts'

type Parts = { readonly db: Knex; readonly acquirer: Acquirer }

/** Takes the money for an order once, however often and however simultaneously it's asked to. */
export function createPaying({ db, acquirer }: Parts) {
  return async function pay(order: NewPayment, context: RequestContext): Promise<Payment | undefined> {
    const { orderId } = order
    // Before the transaction: a slow answer must not hold a lock. An order that has a payment costs the acquirer nothing.
    if ((await findPayment(db, orderId)) === undefined) await acquirer(context)
    return db.transaction(async trx => {
      const outcome = await payOrder(trx, order, { ...originOf(context), correlationId: String(orderId) })
      const payment = await findPayment(trx, orderId)
      if (outcome === 'refused') throw notPayable(orderId, payment)
      return payment
    })
  }
}

const notPayable = (orderId: number, payment: Payment | undefined) =>
  new Problem(409, {
    type: 'order-cancelled',
    title: 'Not possible',
    detail: `The payment of order ${orderId} is ${payment?.paymentStatus}: the order was cancelled, so it can't be paid`
  })
