import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { status } from '@grpc/grpc-js'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createOrderClient } from '../order/grpc/client.ts'
import { grpc, type Protocol, rest } from './placing.ts'
import { startOrder } from './start-order.ts'

const roses = { itemName: '장미 한 다발', storeName: 'KJSHOP', itemPrice: 50_000 }
const script = join(import.meta.dirname, '../order/grpc/place-order.ts')
const wish = { itemId: 1, qty: 3, userName: '이기정 🌹' }

type Name = 'REST' | 'gRPC'
let system: Awaited<ReturnType<typeof startOrder>>
let usual: Awaited<ReturnType<typeof both>>
let strict: Awaited<ReturnType<typeof both>>
beforeAll(async () => {
  system = await startOrder()
  usual = await both()
  strict = await both({ PAYMENT_FALLBACK: 'off' })
  system.happen('item', 'item_registered', { aggregateId: 1, aggregateVersion: 1, payload: { ...roses, stockCnt: 5 } })
  await eventually(async () => expect((await usual.replica.read('/menus/1')).status).toBe(200))
})
afterAll(async () => {
  for (const { REST, gRPC } of [usual, strict]) for (const protocol of [REST, gRPC]) protocol.close()
  await system?.stop()
})
beforeEach(() => {
  system.fake.up()
  system.market.beforePayment = async () => undefined
})

/** A replica that serves both protocols. */
async function both(variables: Readonly<Record<string, string>> = {}) {
  const replica = await system.replica({ GRPC_PORT: '0', ...variables })
  const port = replica.log.find(line => 'grpcPort' in line)?.['grpcPort']
  const address = `127.0.0.1:${String(port)}`
  const protocols: Readonly<Record<Name, Protocol>> = { REST: rest(replica.at), gRPC: grpc(address) }
  return { ...protocols, replica, address }
}

describe.each(['REST', 'gRPC'] as const)('by %s', name => {
  const place = (changes: object = {}, headers = {}) => usual[name].place({ ...wish, ...changes }, headers)

  it('places an order at the price of the menu, and says all of it', async () => {
    const { outcome, order, text } = await place(roses)
    expect(outcome, text).toBe('placed')
    const { id } = order as { readonly id: number }
    const ordered = { ...wish, ...roses, amount: 150_000 }
    expect(order).toEqual({ id, ...ordered, orderStatus: 'PAID', reason: null, createdAt: expect.stringMatching(/Z$/) })
    expect((await usual.replica.read(`/orders/${id}`)).body).toEqual(order)
    expect(await system.published(id)).toMatchObject([
      { name: 'ordered', payload: ordered, correlation_id: String(id) }
    ])
    expect(system.fake.paid.get(id)).toEqual({ orderId: id, ...ordered })
  })

  it('takes an order whose payment fails, to be paid later', async () => {
    system.fake.down()
    expect(await place()).toMatchObject({ outcome: 'placed', order: { orderStatus: 'PAYMENT_PENDING' } })
  })

  it('refuses what is not on the menu, with the fields, and stores nothing', async () => {
    const before = await system.rows()
    expect(await place({ itemId: 99 })).toMatchObject({
      outcome: 'unknown item',
      fields: ['itemId'],
      text: 'There is no item 99 on the menu'
    })
    expect(await place({ itemPrice: 49_999, itemName: '장미', storeName: 'KJSHOP' })).toMatchObject({
      outcome: 'differs',
      fields: ['itemName', 'itemPrice'],
      text: 'itemName is 장미 한 다발 on the menu; itemPrice is 50000 on the menu. Nothing was ordered'
    })
    expect(await system.rows()).toEqual(before)
  })

  // Messages of gRPC have types: a number is never a text, nor broken, and an unknown field isn't sent.
  const onlyInJson: readonly (readonly [string, readonly unknown[]])[] = [
    ['itemId', [1.5, '1', null]],
    ['qty', ['3', 2.5]],
    ['userName', [1]],
    ['itemPrice', ['50000']],
    ['orderStatus', ['PAID']]
  ]
  const wrong: readonly (readonly [string, readonly unknown[]])[] = [
    ['itemId', [0, -1, 2 ** 53, undefined]],
    ['qty', [0, 1001, undefined]],
    ['userName', ['', ' ', 'x'.repeat(256), 'a\0', undefined]],
    ['itemName', ['', 'x'.repeat(256)]],
    ['itemPrice', [0, 1_000_000_001]],
    ...(name === 'REST' ? onlyInJson : [])
  ]

  it('names each field of bad input, and stores nothing', async () => {
    const before = await system.rows()
    for (const [field, values] of wrong)
      for (const value of values) {
        const { outcome, fields } = await place({ [field]: value })
        expect([outcome, fields], `${field} ${String(value)}`).toEqual(['invalid', [field]])
      }
    expect(await place({ itemId: 0, qty: 0 })).toMatchObject({ outcome: 'invalid', fields: ['itemId', 'qty'] })
    expect(await place({ userName: 'x'.repeat(100_000) })).toMatchObject({ outcome: 'too large' })
    expect(await system.rows()).toEqual(before)
  })

  it('stores nothing while the breaker is open, and says when to try again', async () => {
    const before = await system.rows()
    system.fake.open()
    expect(await place()).toMatchObject({ outcome: 'unavailable', retryAfterSeconds: 3 })
    expect(await system.rows()).toEqual(before)
  })

  it('cancels an order whose payment fails, where the fallback is off', async () => {
    expect(await strict[name].place(wish)).toMatchObject({ outcome: 'placed' })
    system.fake.down()
    const { outcome, text, retryAfterSeconds } = await strict[name].place(wish)
    const { id, state } = await system.db('customer_order').orderBy('id', 'desc').first()
    expect([outcome, retryAfterSeconds, state]).toEqual(['unavailable', 1, 'CANCELLING'])
    expect(text).toBe(`Payment doesn't answer, so order ${id} is being cancelled`)
  })

  it('takes the ids of the request, passes on its trace, and logs it once', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const ids = { requestId: `request-${name}`, correlationId: `correlation-${name}` }
    const headers = { 'x-request-id': ids.requestId, 'x-correlation-id': ids.correlationId, traceparent }
    const { order, requestId } = await place({}, headers)
    expect(requestId).toBe(ids.requestId)
    expect((await system.published((order as { readonly id: number }).id))[0]).toMatchObject({ traceparent })
    await eventually(async () =>
      expect(usual.replica.log.filter(line => line['requestId'] === ids.requestId)).toMatchObject([ids])
    )
  })
})

describe('by gRPC alone', () => {
  it('ends with the deadline of the caller, and keeps the order that was stored by then', async () => {
    const client = createOrderClient(usual.address)
    const before = (await system.rows())[0].length
    let asked: number | undefined
    const over = Promise.withResolvers<void>()
    system.market.beforePayment = ({ orderId }) => {
      asked = orderId
      return over.promise
    }
    const late = client.place(wish, { timeoutMs: 2_000 })
    await expect(late).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED })
    const [orders] = await system.rows()
    expect(orders.slice(before)).toMatchObject([{ id: asked, state: 'PAYMENT_PENDING' }])
    over.resolve()
    client.close()
  })

  it('prints the order that the command places, or why it is refused', async () => {
    const run = (...args: readonly string[]) =>
      promisify(execFile)(process.execPath, [script, '--at', usual.address, '--user', 'Kim', ...args])
    const { stdout } = await run('--item', '1', '--qty', '3')
    expect(JSON.parse(stdout)).toMatchObject({ ...roses, itemId: 1, qty: 3, userName: 'Kim', orderStatus: 'PAID' })
    const refused = await run('--item', '1', '--qty', '0').catch(error => error)
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([
      1,
      { status: 'INVALID_ARGUMENT', errors: [{ field: 'qty', message: 'must be a whole number from 1 to 1000' }] }
    ])
  })

  it('answers the call that is under way when the service stops, and takes no other', async () => {
    const { replica, gRPC } = await both()
    let stopped: Promise<void> | undefined
    system.market.beforePayment = async () => {
      stopped = replica.stop()
      await wait(200)
    }
    expect(await gRPC.place(wish)).toMatchObject({ outcome: 'placed', order: { orderStatus: 'PAID' } })
    await stopped
    expect(await gRPC.place(wish)).toMatchObject({ outcome: 'unavailable' })
    gRPC.close()
  })
})
