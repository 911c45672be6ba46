import { createLogger, createMetrics, createServiceClients } from '@outbox-cdc/service-kit'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { post } from '@outbox-cdc/test-support/http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { httpPaymentGateway } from '../order/payment/http-payment-gateway.ts'
import { anOrder, context, paymentGatewaySuite } from './payment-gateway-suite.ts'
import { startPayment } from './start-payment.ts'

let world: Awaited<ReturnType<typeof startPayment>>
let payment: Awaited<ReturnType<typeof world.start>>
/** Takes 700 ms for a payment, and makes one at a time. */
let busy: typeof payment
beforeAll(async () => {
  world = await startPayment()
  payment = await world.start()
  busy = await world.start({ PAYMENT_SLOW_MS: '700-700', PAYMENT_CAPACITY: '1' })
})
afterAll(() => world?.stop())

const statusOf = async (orderId: number) => (await world.row(orderId))?.status
const becomes = (orderId: number, status: string) =>
  eventually(async () => expect(await statusOf(orderId)).toBe(status), { timeoutMs: 20_000 })

/** Waits until it has heard everything: both topics have one partition. */
async function settled(): Promise<void> {
  for (const event of ['order_cancelled', 'rejected'] as const) {
    const { orderId } = anOrder()
    await world.hear(event, orderId)
    await becomes(orderId, 'VOID')
  }
}

it('pays once for an order for which ten requests come at once, and announces it once', async () => {
  const order = anOrder({ itemName: '장미 세트 🌹', storeName: '꽃집' })
  const answers = await Promise.all(Array.from({ length: 10 }, () => payment.pay(order)))
  answers.push(await payment.pay(order))
  for (const { status, body } of answers) expect([status, body]).toEqual([201, answers[0]?.body])
  const [first] = answers
  expect(first?.headers.get('location')).toBe(`/payments/${order.orderId}`)
  expect(first?.body).toEqual({
    ...order,
    paymentStatus: 'PAID',
    refunded: 0,
    paidAt: expect.stringMatching(/Z$/),
    updatedAt: first?.body.paidAt
  })
  expect((await payment.read(order.orderId)).body).toEqual(first?.body)
  const { orderId, ...payload } = order
  expect(await world.published(orderId)).toEqual([{ event: 'paid', version: 1, correlation: String(orderId), payload }])
})

it('never takes money for an order whose cancellation comes first, and answers it', async () => {
  const order = anOrder()
  await world.hear('order_cancel_requested', order.orderId)
  await becomes(order.orderId, 'VOID')
  await world.hear('order_cancelled', order.orderId)
  expect(await payment.pay(order)).toMatchObject({
    status: 409,
    body: { type: 'urn:problem-type:order-cancelled', detail: expect.stringContaining('VOID') }
  })
  expect((await payment.read(order.orderId)).body).toMatchObject({ amount: 0, refunded: 0, qty: null, paidAt: null })
  expect(await world.published(order.orderId)).toMatchObject([{ event: 'payment_cancelled', payload: { amount: 0 } }])
})

it.each([
  ['order_cancelled', 'CANCELLED', 'payment_cancelled'],
  ['rejected', 'FORCIBLY_CANCELLED', 'payment_forcibly_cancelled']
] as const)('gives the money back on %s, not on a request, and once', async (event, status, answer) => {
  const order = anOrder()
  const { orderId } = order
  await payment.pay(order)
  await world.hear('order_cancel_requested', orderId)
  await world.hear(event, orderId)
  await becomes(orderId, status)
  world.redeliver(2)
  await settled()
  expect((await payment.read(orderId)).body).toMatchObject({
    paymentStatus: status,
    amount: 150_000,
    refunded: 150_000
  })
  expect(await world.published(orderId)).toMatchObject([
    { event: 'paid', version: 1 },
    { event: answer, version: 2, correlation: String(orderId), payload: { amount: 150_000 } }
  ])
  expect((await payment.pay(order)).status).toBe(409)
})

it('either pays or cancels when both come at the same moment, and says the same to both', async () => {
  const orders = Array.from({ length: 20 }, () => anOrder())
  const answers = await Promise.all(
    orders.flatMap(order => [payment.pay(order), world.hear('order_cancel_requested', order.orderId)])
  )
  await settled()
  for (const [index, { orderId }] of orders.entries()) {
    const paid = (await statusOf(orderId)) === 'PAID'
    expect(answers[2 * index]).toMatchObject({ status: paid ? 201 : 409 })
    expect(await world.published(orderId)).toMatchObject([{ event: paid ? 'paid' : 'payment_cancelled' }])
  }
})

it('drops work whose caller has stopped waiting before its turn, and pays for nothing then', async () => {
  const [first, impatient] = [anOrder(), anOrder()]
  // The look-up of the order alone takes longer than the second one waits.
  const [paid, dropped] = await Promise.all([busy.pay(first), busy.pay(impatient, { 'x-timeout-ms': '1' })])
  expect(paid.status).toBe(201)
  expect(dropped).toMatchObject({ status: 503, body: { detail: expect.stringContaining('nothing was paid') } })
  expect(await world.row(impatient.orderId)).toBeUndefined()
  expect(await world.published(impatient.orderId)).toEqual([])
})

it('announces a payment that is made after its caller was told nothing', async () => {
  const order = anOrder()
  const gateway = httpPaymentGateway(createClients(), busy.url)
  await expect(gateway.pay(order, context())).rejects.toMatchObject({
    status: 503,
    message: expect.stringContaining('timed out')
  })
  await becomes(order.orderId, 'PAID')
  expect(await world.published(order.orderId)).toMatchObject([{ event: 'paid' }])
  expect(await gateway.pay(order, context())).toEqual({ paid: true })
  expect(await world.published(order.orderId)).toHaveLength(1)
})

it('lists payments page by page, upwards and downwards', async () => {
  const orders = [anOrder(), anOrder()]
  for (const order of orders) await payment.pay(order)
  const { body } = await payment.list('?size=2&sort=orderId,desc')
  expect(body.items.map((item: { orderId: number }) => item.orderId)).toEqual(
    orders.map(({ orderId }) => orderId).toReversed()
  )
  expect(body.page).toMatchObject({ number: 0, size: 2 })
  expect((await payment.list('?sort=amount')).status).toBe(400)
  expect((await payment.read(999_999)).status).toBe(404)
})

it('refuses what is not a payment, and pays for nothing', async () => {
  const order = anOrder()
  const wrong: readonly (readonly [string, unknown])[] = [
    ['qty', '3'],
    ['qty', 0],
    ['itemPrice', 1_000_000_001],
    ['amount', 149_999],
    ['itemName', ' '],
    ['more', 1]
  ]
  for (const [field, value] of wrong) {
    const { status, body } = await payment.pay({ ...order, [field]: value })
    expect([status, body.errors?.[0]?.field], field).toEqual([400, field])
  }
  for (const key of [{}, { 'idempotency-key': '7' }])
    expect((await post(`${payment.url}/payments`, order, key)).body.errors).toMatchObject([
      { field: 'idempotency-key' }
    ])
  expect(await world.row(order.orderId)).toBeUndefined()
})

function createClients() {
  const { registry } = createMetrics('test')
  return createServiceClients({ logger: createLogger('test', 'silent'), registry })
}

paymentGatewaySuite('payment over HTTP', async () => {
  const clients = createClients()
  const toNowhere = () => httpPaymentGateway(clients, 'http://127.0.0.1:1')
  return {
    gateway: httpPaymentGateway(clients, payment.url),
    toNowhere,
    async broken() {
      const gateway = toNowhere()
      for (let call = 0; call < 20; call++) await gateway.pay(anOrder(), context()).catch(() => undefined)
      return gateway
    },
    async cancel(orderId) {
      await world.hear('order_cancel_requested', orderId)
      await becomes(orderId, 'VOID')
    },
    async paid(orderId) {
      const row = await world.row(orderId)
      return row?.status === 'PAID' ? [row.amount] : []
    }
  }
})
