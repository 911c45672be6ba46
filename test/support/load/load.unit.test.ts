import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openHttpConnections, parseAnswer } from './http-connections.ts'
import { startOrderClient } from './order-client.ts'
import { startOrderLoad } from './order-load.ts'
import { sendOrder } from './send-order.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    listener(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => server.closeAllConnections())
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function connectTo(url: string, answerWithinMs = 1_000) {
  const connections = openHttpConnections(url, { most: 2, answerWithinMs })
  onTestFinished(() => connections.close())
  return connections
}

describe('startOrderLoad', () => {
  it('sends an order when it is due, also while earlier ones are open', async () => {
    const due: number[] = []
    const load = startOrderLoad({ perSecond: 200, count: 20, send: async at => sleep(300, due.push(at)) })
    await load.allDue
    expect(due).toHaveLength(20)
    expect(Math.round((due[19] ?? 0) - (due[0] ?? 0))).toBe(95_000)
    await load.idle()
  })

  it('skips an order that becomes due while too many are open', async () => {
    let sent = 0
    const load = startOrderLoad({ perSecond: 500, count: 20, mostOpen: 3, send: async () => sleep(500, (sent += 1)) })
    await load.allDue
    expect(sent).toBe(3)
    await load.stop()
  })

  it('makes nothing due while paused, and sends no burst afterwards', async () => {
    let sent = 0
    const load = startOrderLoad({ perSecond: 100, send: async () => (sent += 1) })
    load.pause(true)
    await sleep(200)
    expect(sent).toBe(0)
    load.pause(false)
    const resumedAt = performance.now()
    await expect.poll(() => sent).toBeGreaterThan(0)
    // A burst would add 20 to what has become due since.
    expect(sent).toBeLessThan(10 + (performance.now() - resumedAt) / 10)
    await load.stop()
  })
})

describe('sendOrder', () => {
  it('reads the id of an accepted order', async () => {
    const url = await serve((_, response) => response.writeHead(201, { 'content-length': 9 }).end('{"id":17}'))
    expect(await sendOrder(connectTo(url), { name: 'a' })).toMatchObject({ status: 201, id: 17 })
  })

  it('opens another connection after an answer without a length or with Connection: close', async () => {
    let asked = 0
    const url = await serve((_, response) => {
      asked += 1
      if (asked === 1) response.writeHead(503, { 'retry-after': '2' }).end()
      else response.writeHead(500, { 'content-length': 2, connection: 'close' }).end('{}')
    })
    const connections = connectTo(url)
    expect(await sendOrder(connections, { name: 'a' })).toEqual({ status: 503, outcome: '503', retryAfterMs: 2_000 })
    expect(await sendOrder(connections, { name: 'b' })).toMatchObject({ status: 500 })
    expect(await sendOrder(connections, { name: 'c' })).toMatchObject({ status: 500 })
  })

  it('says how an attempt failed', async () => {
    const silent = await serve(() => undefined)
    const cutting = await serve(request => void request.socket.destroy())
    const outcomes = [silent, cutting, 'http://127.0.0.1:1'].map(url => sendOrder(connectTo(url, 100), { name: 'a' }))
    expect((await Promise.all(outcomes)).map(({ outcome }) => outcome)).toEqual([
      'no answer in 0.1 s',
      'cut',
      'no connection'
    ])
  })
})

describe('startOrderClient', () => {
  it('repeats an order under its Idempotency-Key until it is accepted, at each address in turn', async () => {
    const keys: unknown[] = []
    const listener: RequestListener = ({ headers }, response) => {
      keys.push(headers['idempotency-key'])
      if (keys.length < 3) response.writeHead(503, { 'content-length': 0 }).end()
      else response.writeHead(201, { 'content-length': 8 }).end('{"id":7}')
    }
    const urls = [await serve(listener), 'http://127.0.0.1:1']
    const client = startOrderClient({ urls, tag: 'test', perSecond: 2, seed: 1 })
    await expect.poll(() => client.log.length).toBe(1)
    await client.stop(5_000)
    expect(new Set(keys)).toEqual(new Set(['test-1']))
    expect(client.log).toMatchObject([{ name: 'test-1', acknowledged: { orderId: 7 } }])
    expect(client.refusals()).toEqual({ 503: 2, 'no connection': client.refused() - 2 })
  })
})

describe('parseAnswer', () => {
  it('waits for the whole body', () => {
    const head = 'HTTP/1.1 201 Created\r\nContent-Length: 8'
    expect(parseAnswer(`${head}\r\n\r\n{"id"`)).toBeUndefined()
    expect(parseAnswer(head)).toBeUndefined()
    expect(parseAnswer(`${head}\r\n\r\n{"id":1}`)).toEqual({ status: 201, head, body: '{"id":1}' })
  })

  it('counts bytes, not characters', () => {
    expect(parseAnswer('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"é"')).toMatchObject({ body: '"é"' })
  })
})
