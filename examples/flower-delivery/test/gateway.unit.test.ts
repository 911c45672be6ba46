import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import type { KafkaClient, OutboundEvent } from '@outbox-cdc/outbox'
import { debeziumRecord } from '@outbox-cdc/outbox/testing'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { itemEvents } from '../item/events.ts'
import { shopEvents } from '../shop/events.ts'
import { bearer, fetchJson, get, post } from './as-operator.ts'
import { readEvents } from './read-events.ts'
import { startGateway } from './start-gateway.ts'

const decorated = { storeName: 'KJSHOP', itemName: '장미', userName: '이기정', qty: 3 }

let gateway: Awaited<ReturnType<typeof startGateway>>
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.stop())

describe('the gateway forwards', () => {
  it.each([
    ['order', 'POST', '/orders'],
    ['order', 'DELETE', '/orders/1'],
    ['order', 'POST', '/orders/1/payment'],
    ['order', 'GET', '/myPages?page=0&size=20&sort=orderId,desc'],
    ['order', 'GET', '/menus/1'],
    ['payment', 'GET', '/payments/1'],
    ['shop', 'PUT', '/ordermanagements/reject/1'],
    ['delivery', 'PUT', '/deliveries/depart/1'],
    ['item', 'PUT', '/items/%EC%9E%A5?a=b%20c']
  ])('to %s: %s %s', async (service, method, path) => {
    const { body } = await fetchJson(gateway.url + path, { method })
    expect(body).toMatchObject({ service, method, url: path })
  })

  it('a body byte by byte, and where the new order is', async () => {
    const { status, headers, body } = await post(`${gateway.url}/orders`, { userName: '이기정 <img src=x>' })
    expect(status).toBe(201)
    expect(JSON.parse(body.body)).toEqual({ userName: '이기정 <img src=x>' })
    expect(headers.get('location')).toBe('/orders/7')
  })

  it('no address of a service', async () => {
    const { headers } = await get(`${gateway.url}/orders/absolute`)
    expect(headers.get('location')).toBe('/orders/8')
  })

  it('the ids and the trace of a request, and the time that is left', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const given = { 'x-request-id': 'r-1', 'x-correlation-id': 'c-1', traceparent, 'x-timeout-ms': '900' }
    const { headers, body } = await fetchJson(`${gateway.url}/orders/1`, { headers: given })
    expect(body.headers).toMatchObject({ 'x-request-id': 'r-1', 'x-correlation-id': 'c-1', traceparent })
    expect(Number(body.headers['x-timeout-ms'])).toBeGreaterThan(0)
    expect(Number(body.headers['x-timeout-ms'])).toBeLessThanOrEqual(900)
    expect(headers.get('x-request-id')).toBe('r-1')
  })

  it('the ids of a request that waits for a 100 too', async () => {
    const headers = { ...bearer, expect: '100-continue' }
    const asked = request(`${gateway.url}/items`, { method: 'POST', headers })
    const answered = once(asked, 'response') as Promise<[IncomingMessage]>
    asked.once('continue', () => asked.end('{}'))
    asked.flushHeaders()
    const [answer] = await answered
    expect(await text(answer)).toContain(`"x-request-id":"${String(answer.headers['x-request-id'])}"`)
  })

  it('one id of its own to service and caller when the caller has none', async () => {
    const { headers, body } = await get(`${gateway.url}/items/1`)
    expect(body.headers['x-request-id']).toBe(headers.get('x-request-id'))
    expect(body.headers['x-correlation-id']).toBe(headers.get('x-request-id'))
  })

  it('a refusal as the service says it', async () => {
    const { status, headers, body } = await fetchJson(`${gateway.url}/orders/1/refused`, { method: 'DELETE' })
    expect(status).toBe(409)
    expect(headers.get('retry-after')).toBe('7')
    expect(body).toEqual({ title: 'Not possible', detail: '주문 1 is DEPARTED' })
  })
})

describe('the gateway answers by itself', () => {
  const unavailable = (service: string, why: string) => ({
    type: 'urn:problem-type:unavailable',
    status: 503,
    detail: `${service} doesn't answer (${why}. Try again in 2 s.`
  })

  it.each([
    ['silent', 'not in time); the request may or may not have taken effect'],
    ['breaks', 'the connection broke); the request may or may not have taken effect']
  ])('503 for a service that is %s', async (how, why) => {
    const { status, headers, body } = await fetchJson(`${gateway.url}/deliveries/${how}`, {
      method: 'PUT',
      headers: { 'x-timeout-ms': '200' }
    })
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('2')
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(body).toMatchObject(unavailable('delivery', why))
  })

  it('503 for a service that is not there, while the others are', async () => {
    const own = await startGateway()
    onTestFinished(() => own.stop())
    await own.end('shop')
    const { status, body } = await fetchJson(`${own.url}/ordermanagements/receive/1`, { method: 'PUT' })
    expect(status).toBe(503)
    expect(body).toMatchObject(unavailable('shop', 'it is not there); nothing was changed'))
    expect((await get(`${own.url}/menus`)).status).toBe(200)
    expect((await get(`${own.url}/health/ready`)).status).toBe(200)
  })

  it('half an answer with a connection that breaks, never as a whole one', async () => {
    await expect(get(`${gateway.url}/items/half`)).rejects.toThrow()
    expect((await get(`${gateway.url}/items/1`)).status).toBe(200)
  })

  it.each(['/nothing', '/ordersX', '/order'])('404 at %s', async path => {
    const { status, body } = await get(gateway.url + path)
    expect(status).toBe(404)
    expect(body.detail).toBe(`There is nothing at ${path}`)
  })

  it.each(['cross-site', 'same-site'])('403 to a change by a page that is %s', async site => {
    const headers = { 'sec-fetch-site': site }
    expect((await fetchJson(`${gateway.url}/orders/1/payment`, { method: 'POST', headers })).status).toBe(403)
    expect((await fetchJson(`${gateway.url}/orders/1`, { headers })).status).toBe(200)
  })

  it('its health, and its metrics by the pattern of a path', async () => {
    await get(`${gateway.url}/orders/4711`)
    const metrics = (await get(`${gateway.url}/metrics`)).text
    expect(metrics).toContain('route="/orders{/*rest}"')
    expect(metrics).not.toContain('4711')
    expect((await get(`${gateway.url}/health/live`)).body).toEqual({ status: 'up', checks: {} })
  })
})

describe('the page of the gateway', () => {
  it('runs nothing but its own files and its import map', async () => {
    const { headers, text: html } = await get(gateway.url)
    const policy = headers.get('content-security-policy') ?? ''
    const importMap = /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1] ?? ''
    const hash = createHash('sha256').update(importMap).digest('base64')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`)
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(html.match(/<script/g)).toHaveLength(3)
    expect(html).toContain('<meta name="console" content="http://127.0.0.1:9000">')
  })

  it('has each file that it names, and asks each time whether it has changed', async () => {
    const html = (await get(gateway.url)).text
    const named = [...html.matchAll(/"(\/[\w./-]+\.(?:js|css|svg))"/g)].map(([, path]) => path)
    expect(named.length).toBeGreaterThan(9)
    for (const path of named) {
      const { status, headers } = await get(gateway.url + path)
      expect([path, status, headers.get('cache-control')]).toEqual([path, 200, 'no-cache'])
    }
  })

  it.each(['/tsconfig.json', '/index.html', '/vendor/express.js', '/../service.ts', '/%2e%2e/service.ts'])(
    'keeps %s to itself',
    async path => expect((await get(gateway.url + path)).status).toBe(404)
  )
})

describe('the events of the gateway', () => {
  const record = (event: OutboundEvent, topic: string) => debeziumRecord(event, { id: 1, createdAt: new Date(), topic })
  const sent = (orderId: number) =>
    record(shopEvents.decorated({ aggregateId: orderId, payload: decorated }), 'flower.shop')

  it('tell each reader of each event from now on', async () => {
    const own = await startGateway()
    onTestFinished(() => own.stop())
    const [one, other] = [await startReading(own.url), await startReading(own.url)]
    own.topic('shop').produce(sent(2))
    const registered = { itemName: '장미', storeName: 'KJSHOP', itemPrice: 50_000, stockCnt: 5 }
    const event = itemEvents.item_registered({ aggregateId: 9, payload: registered })
    own.topic('item').produce(record(event, 'flower.item'))
    own.topic('shop').produce({ key: Buffer.from('no event'), value: Buffer.from('{'), headers: {} })
    own.topic('shop').produce(sent(3))
    for (const reader of [one, other])
      await eventually(() => {
        const changes = reader.events.filter(({ event }) => event === 'change').map(({ data }) => data)
        expect(changes.filter(({ service }) => service === 'shop').map(({ orderId }) => orderId)).toContain(3)
        expect(changes).toContainEqual({ event: 'decorated', service: 'shop', orderId: 2, itemId: null })
        expect(changes).toContainEqual({ event: 'item_registered', service: 'item', orderId: null, itemId: 9 })
        expect(changes).toHaveLength(3)
      })
  })

  it('leave out what was there before the start', async () => {
    let filled = false
    const own = await startGateway((kafka, topic) => ({
      ...kafka,
      // As if the topics had been full when it started.
      async watermarks(name) {
        if (!filled) for (const id of [1, 2, 3]) topic('shop').produce(sent(id))
        filled = true
        return kafka.watermarks(name)
      }
    }))
    onTestFinished(() => own.stop())
    const reader = await startReading(own.url)
    own.topic('shop').produce(sent(4))
    await eventually(() => expect(reader.events.at(-1)?.data).toMatchObject({ orderId: 4 }))
    expect(reader.events.filter(({ event }) => event === 'change')).toHaveLength(1)
  })

  it('say that they do not come in while Kafka is away, and the rest works', async () => {
    let away = true
    const whenThere = (kafka: KafkaClient): KafkaClient => ({
      ...kafka,
      watermarks: topic => (away ? Promise.reject(new Error('away')) : kafka.watermarks(topic))
    })
    const own = await startGateway(whenThere)
    onTestFinished(() => own.stop())
    const reader = await readEvents(own.url)
    expect((await get(`${own.url}/menus`)).status).toBe(200)
    await eventually(() => expect(reader.events).toEqual([{ event: 'reading', data: { reading: false } }]))
    away = false
    await eventually(() => expect(reader.events.at(-1)).toEqual({ event: 'reading', data: { reading: true } }))
  })

  it('end when the gateway stops, which waits for no reader', async () => {
    const own = await startGateway()
    onTestFinished(() => own.stop())
    const reader = await readEvents(own.url)
    const outcome = await Promise.race([own.stopGateway().then(() => 'stopped'), wait(4_000, 'still waits')])
    expect(outcome).toBe('stopped')
    await reader.ended
  })

  it('refuse other methods', async () => {
    const { status, headers } = await post(`${gateway.url}/events`, {})
    expect([status, headers.get('allow')]).toEqual([405, 'GET'])
  })
})

/** A reader that has heard that events come in. */
async function startReading(url: string) {
  const reader = await readEvents(url)
  await eventually(() => expect(reader.events.at(-1)?.data).toEqual({ reading: true }))
  return reader
}
