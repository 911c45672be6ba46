import type { Question } from '@outbox-cdc/contracts'
import { aRequest } from '@outbox-cdc/contracts/a-request'
import { declinedSchema } from '@outbox-cdc/service-kit'
import { httpPaymentGateway, paymentSchema } from './http-payment-gateway.ts'
import type { OrderToPay } from './payment-gateway.ts'

const [unpaid, paid, cancelled] = [anOrder(1), anOrder(2), anOrder(3)]
const accepted = (orderId: number): Question['response'] => ({
  status: 201,
  body: paymentSchema,
  example: { orderId, paymentStatus: 'PAID' }
})

/** What order asks payment. */
export const paymentQuestions: readonly Question[] = [
  {
    given: { state: 'an order is not paid', values: { orderId: unpaid.orderId } },
    about: 'the payment of an order',
    request: paymentOf(unpaid),
    response: accepted(unpaid.orderId),
    ask: url => pay(url, unpaid)
  },
  {
    given: { state: 'an order is paid', values: paid },
    about: 'the payment of an order that is paid already',
    request: paymentOf(paid),
    response: accepted(paid.orderId),
    ask: url => pay(url, paid)
  },
  {
    given: { state: 'an order was cancelled', values: { orderId: cancelled.orderId } },
    about: 'the payment of an order that was cancelled before',
    request: paymentOf(cancelled),
    response: {
      status: 409,
      headers: { 'Content-Type': 'application/problem+json' },
      body: declinedSchema,
      example: { status: 409, type: 'urn:problem-type:order-cancelled', title: 'Not possible' }
    },
    ask: url => pay(url, cancelled)
  }
]

function anOrder(orderId: number): OrderToPay {
  const item = { itemId: 1, itemName: '장미 세트', storeName: 'KJSHOP', itemPrice: 50_000 }
  return { orderId, ...item, userName: 'Kim', qty: 3, amount: 150_000 }
}

function paymentOf(order: OrderToPay): Question['request'] {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': String(order.orderId) }
  return { method: 'POST', path: '/payments', headers, body: order }
}

function pay(url: string, order: OrderToPay) {
  const { clients, context } = aRequest()
  return httpPaymentGateway(clients, url).pay(order, context)
}
