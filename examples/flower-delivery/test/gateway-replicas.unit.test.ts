import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { expect, it, onTestFinished } from 'vitest'
import { bearer, fetchJson, get } from './as-operator.ts'
import { startGateway } from './start-gateway.ts'

/** A process of the shop's service that answers with its name, or breaks the connection once it has the request. */
async function startShop(name: string) {
  const [asked, state] = [[] as string[], { isReady: true, breaks: false }]
  const server = createServer((request, response) => void answer(request, response))
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/health/ready') return void response.writeHead(state.isReady ? 200 : 503).end()
    asked.push(`${request.method} ${await text(request)}`)
    if (state.breaks) return void request.socket.destroy()
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ name }))
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const end = () => {
    server.close()
    server.closeAllConnections()
  }
  onTestFinished(end)
  return { name, asked, state, end, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function startShops(count: number) {
  const shops = await Promise.all(Array.from({ length: count }, (_, at) => startShop(`shop-${at + 1}`)))
  const gateway = await startGateway(kafka => kafka, { SHOP_URL: shops.map(({ url }) => url).join() })
  onTestFinished(() => gateway.stop())
  const put = (path = '/ordermanagements/receive/1') =>
    fetchJson(gateway.url + path, {
      method: 'PUT',
      body: '{"a":"장"}',
      headers: { 'content-type': 'application/json' }
    })
  const list = () => get(`${gateway.url}/ordermanagements`)
  const names = async (requests: number, ask: () => Promise<{ readonly body: { readonly name: string } }> = put) => {
    const found: string[] = []
    for (let asked = 0; asked < requests; asked++) found.push((await ask()).body.name)
    return new Set(found)
  }
  return { gateway, shops: shops as [(typeof shops)[0], ...typeof shops], put, list, names }
}

it('lets the replicas take turns, and asks none that is not ready until it is ready again', async () => {
  const { shops, names } = await startShops(3)
  const [first] = shops
  expect(await names(6)).toEqual(new Set(['shop-1', 'shop-2', 'shop-3']))
  first.state.isReady = false
  await eventually(async () => expect(await names(6)).toEqual(new Set(['shop-2', 'shop-3'])))
  first.state.isReady = true
  await eventually(async () => expect(await names(6)).toContain('shop-1'))
})

it('asks replicas that are not ready when no other is left: a service takes orders without Kafka too', async () => {
  const { shops, names, put } = await startShops(2)
  for (const { state } of shops) state.isReady = false
  await new Promise(resolve => setTimeout(resolve, 700)) // until the gateway has noticed it
  expect((await put()).status).toBe(200)
  expect(await names(4)).toEqual(new Set(['shop-1', 'shop-2']))
})

it('sends a command with its body to the next replica when one takes no connection', async () => {
  const { shops, names } = await startShops(2)
  shops[0].end()
  expect(await names(6)).toEqual(new Set(['shop-2']))
  expect(shops[1]?.asked).toEqual(Array.from({ length: 6 }, () => 'PUT {"a":"장"}'))
})

it('sends a command that a replica may have got to no other, and reads again from the next', async () => {
  const { shops, put, names, list } = await startShops(2)
  shops[0].state.breaks = true
  const answers = [await put(), await put()]
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]))
  expect(shops.map(({ asked }) => asked.length)).toEqual([1, 1])
  expect(await names(4, list)).toEqual(new Set(['shop-2']))
})

it('says 503 and that nothing was changed when no replica is there', async () => {
  const { shops, put } = await startShops(2)
  for (const shop of shops) shop.end()
  const { status, body } = await put()
  expect(status).toBe(503)
  expect(body.detail).toContain("shop doesn't answer (it is not there); nothing was changed")
})

it('refuses a body that no service would read, with or without its length', async () => {
  const { gateway, shops } = await startShops(1)
  const url = `${gateway.url}/ordermanagements/receive/1`
  const large = new Blob(['x'.repeat(100_001)])
  const known = await fetch(url, { method: 'PUT', headers: bearer, body: await large.arrayBuffer() })
  const streamed = await fetch(url, {
    method: 'PUT',
    headers: bearer,
    body: large.stream(),
    duplex: 'half'
  } as RequestInit)
  expect([known.status, streamed.status]).toEqual([413, 413])
  expect(await streamed.json()).toMatchObject({ detail: 'body is larger than 100 kB' })
  expect(shops[0].asked).toEqual([])
})
