import type { RequestContext } from '@outbox-cdc/service-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import type { OrderToPay, PaymentGateway } from '../order/payment/payment-gateway.ts'

/** A gateway, and what a test must know and do behind it. */
export type Opened = {
  readonly gateway: PaymentGateway
  /** A gateway whose payment is down. */
  readonly toNowhere: () => PaymentGateway
  /** The same, after its breaker has opened. */
  readonly broken: () => Promise<PaymentGateway>
  /** Cancels an order before it's paid. */
  readonly cancel: (orderId: number) => Promise<void>
  /** What was paid for an order: none or one amount. */
  readonly paid: (orderId: number) => Promise<readonly number[]>
}

export const context = (left: Partial<RequestContext> = {}): RequestContext => ({
  requestId: 'r-1',
  correlationId: 'c-1',
  deadline: Date.now() + 20_000,
  signal: new AbortController().signal,
  ...left
})

let lastOrder = 1000

export const anOrder = (wishes: Partial<OrderToPay> = {}): OrderToPay => ({
  orderId: (lastOrder += 1),
  itemId: 1,
  itemName: '장미 세트',
  storeName: 'KJSHOP',
  userName: 'Kim',
  qty: 3,
  itemPrice: 50_000,
  amount: 150_000,
  ...wishes
})

const unavailable = { status: 503, input: { headers: { 'Retry-After': expect.stringMatching(/^[1-9]\d*$/) } } }

/** What order relies on. */
export function paymentGatewaySuite(title: string, open: () => Promise<Opened>): void {
  describe(title, () => {
    let opened: Opened
    beforeAll(async () => {
      opened = await open()
    })

    it('pays for an order once, however often it is asked to', async () => {
      const order = anOrder()
      const { gateway } = opened
      const answers = await Promise.all([gateway.pay(order, context()), gateway.pay(order, context())])
      expect([...answers, await gateway.pay(order, context())]).toEqual(Array(3).fill({ paid: true }))
      expect(await opened.paid(order.orderId)).toEqual([150_000])
      gateway.reserve().release()
    })

    it('declines an order that was cancelled before', async () => {
      const order = anOrder()
      await opened.cancel(order.orderId)
      const answer = await opened.gateway.pay(order, context())
      expect(answer).toEqual({ paid: false, declined: expect.stringContaining('cancelled') })
      expect(await opened.paid(order.orderId)).toEqual([])
    })

    it('answers 503 and pays nothing when the caller waits no longer', async () => {
      for (const gone of [{ deadline: Date.now() }, { signal: AbortSignal.abort() }]) {
        const order = anOrder()
        await expect(opened.gateway.pay(order, context(gone))).rejects.toMatchObject(unavailable)
        expect(await opened.paid(order.orderId)).toEqual([])
      }
    })

    it('answers 503 when payment is down, and does not refuse beforehand after one failure', async () => {
      const gateway = opened.toNowhere()
      await expect(gateway.pay(anOrder(), context())).rejects.toMatchObject(unavailable)
      gateway.reserve().release()
    })

    it('refuses beforehand once its breaker is open', async () => {
      const gateway = await opened.broken()
      const refusal = { status: 503, input: { headers: { 'Retry-After': '3' } } }
      await expect((async () => gateway.reserve())()).rejects.toMatchObject(refusal)
      await expect(gateway.pay(anOrder(), context())).rejects.toMatchObject(unavailable)
    })
  })
}
