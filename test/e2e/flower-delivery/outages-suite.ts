import type { Knex } from 'knex'
import { expect, it } from 'vitest'
import { hasReadAll } from '../../support/consumer-groups.ts'
import { eventually } from '../../support/eventually.ts'
import type { flowerPeople } from '../../support/flower.ts'
import { post } from '../../support/http.ts'
import type { TestPipeline } from '../../support/test-pipeline.ts'
import { startOrderReplica } from './order-replica.ts'

type Target = {
  readonly pipeline: TestPipeline
  readonly people: ReturnType<typeof flowerPeople>
  readonly orders: Knex
}

/** What goes on while services are down. */
export function outagesSuite(target: () => Target): void {
  const part = (name: string) => {
    const found = target().pipeline.services.get(name)
    if (found === undefined) throw new Error(`There is no ${name}`)
    return found
  }
  const countOrders = async (): Promise<number> => {
    const [row] = await target().orders('customer_order').count({ n: '*' })
    return Number(row?.['n'])
  }

  it('takes unpaid orders while payment is down, then none until the breaker has closed, and has them paid afterwards', async () => {
    const { pipeline, people, orders } = target()
    const { itemId } = await people.addItem(500)
    const before = await countOrders()
    await part('payment').stop()
    const pending: number[] = []
    const refused = await eventually(async () => {
      const { status, body, headers } = await people.placeOrder({ itemId })
      if (status === 201) pending.push(body.id)
      else expect([status, body.type]).toEqual([503, 'urn:problem-type:unavailable'])
      expect(status).toBe(503)
      return { retryAfter: Number(headers.get('retry-after')), detail: body.detail }
    })
    expect(refused.retryAfter, refused.detail).toBeGreaterThan(0)
    expect(pending.length).toBeGreaterThanOrEqual(10)
    expect(await countOrders()).toBe(before + pending.length)
    const [id = 0, ...others] = pending
    await people.becomes(id, { orderStatus: 'PAYMENT_PENDING', paymentStatus: null })
    await hasReadAll(pipeline.stack.kafka, { groupId: 'flower-item', topic: 'flower.order' })
    expect(await people.stockOf(itemId)).toBe(500)
    expect((await people.ask('shop', `/ordermanagements/${id}`)).status).toBe(404)

    // Where the fallback is off, the same order is refused, and cancelled.
    const strict = await startOrderReplica(pipeline, { PAYMENT_FALLBACK: 'off', PAYMENT_DEADLINE_MS: '600000' })
    const { status, headers } = await post(strict, { itemId, qty: 1, userName: 'strict' })
    expect([status, headers.has('retry-after')]).toEqual([503, true])
    const { id: dropped } = await orders('customer_order').where({ user_name: 'strict' }).first()

    await part('payment').start()
    await people.isPaid(id)
    await people.becomes(id, { orderStatus: 'PAID', paymentStatus: 'PAID' })
    await people.bring(id, 'COMPLETED')
    const cancelled = { orderStatus: 'CANCELLED', paymentStatus: 'VOID', cancellation: 'ACCEPTED' }
    await people.becomes(dropped, { ...cancelled, reason: 'PAYMENT_UNAVAILABLE' })
    expect((await people.ask('shop', `/ordermanagements/${dropped}`)).status).toBe(404)

    // The others stay unpaid until their time is over. A replica that is in a hurry gives them none.
    await startOrderReplica(pipeline, { PAYMENT_DEADLINE_MS: '1' })
    for (const other of others) await people.becomes(other, { ...cancelled, reason: 'NOT_PAID_IN_TIME' })
    expect(await people.stockOf(itemId)).toBe(499)
    expect((await people.pay(others[0] ?? 0)).status).toBe(409)
  })

  it.each(['item', 'shop', 'delivery'] as const)('takes orders while %s is down, which catches up', async name => {
    const { people } = target()
    const { itemId } = await people.addItem(5)
    await part(name).stop()
    const ids = [await people.order({ itemId }), await people.order({ itemId })]
    for (const id of ids) await people.becomes(id, { orderStatus: 'PAID' })
    if (name === 'delivery') for (const id of ids) await people.bring(id, 'DECORATED')
    await part(name).start()
    for (const id of ids) await people.bring(id, name === 'delivery' ? 'COMPLETED' : 'DECORATED')
    expect(await people.stockOf(itemId)).toBe(3)
  })

  it('answers for MyPage and Menu while every other service is down', async () => {
    const { people } = target()
    const { itemId, itemName } = await people.addItem(5)
    const id = await people.order({ itemId })
    await people.bring(id, 'DECORATED')
    const shown = await people.becomes(id, { orderStatus: 'DECORATED', deliveryStatus: 'REQUESTED' })
    const menu = await eventually(async () => {
      const { body } = await people.ask('order', `/menus/${itemId}`)
      expect(body).toMatchObject({ itemName, stockCnt: 4 })
      return body
    })
    const others = ['payment', 'item', 'shop', 'delivery', 'gateway'].map(part)
    await Promise.all(others.map(each => each.stop()))
    expect((await people.ask('order', `/myPages/${id}`)).body).toEqual(shown)
    expect((await people.ask('order', `/menus/${itemId}`)).body).toEqual(menu)
    for (const path of ['/myPages?sort=orderId,desc', '/menus?sort=itemId,desc']) {
      const { status, body } = await people.ask('order', path)
      expect([status, body.items[0]?.itemName]).toEqual([200, itemName])
    }
    await Promise.all(others.map(each => each.start()))
    await people.bring(id, 'COMPLETED')
  })
}
