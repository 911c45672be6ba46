import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { requestTimes, sendOrders } from './send-orders.ts'

async function serve(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => server.closeAllConnections())
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

describe('requestTimes', () => {
  it('charges a stall to every request that was due meanwhile, not only to the one that hung', () => {
    // Due every 10 ms; the server is silent for a second and then answers everything at once.
    const samples = Array.from({ length: 100 }, (_, index) => ({
      due: index * 10_000,
      done: 1_000_000,
      status: 201,
      id: index
    }))
    expect(requestTimes(samples)).toMatchObject({ p50: 500, max: 1000 })
  })

  it('leaves out what was not accepted', () => {
    const refused = { due: 0, done: 9e6, status: 503, id: 0 }
    expect(requestTimes([refused, { due: 0, done: 2000, status: 201, id: 1 }])).toMatchObject({ n: 1, max: 2 })
  })
})

describe('sendOrders', () => {
  it('sends on time while earlier requests hang, and counts the wait for a free connection', async () => {
    let id = 0
    const port = await serve(
      createServer((request, response) => {
        request.resume()
        id += 1
        const answer = JSON.stringify({ id })
        setTimeout(() => response.writeHead(201, { 'content-length': answer.length }).end(answer), 200)
      })
    )
    const samples = await sendOrders({ url: `http://127.0.0.1:${port}`, rate: 100, seconds: 0.5, connections: 4 })
    expect(samples).toHaveLength(50)
    expect(new Set(samples.map(sample => sample.id)).size).toBe(50)
    // Four connections answer 20 a second: the last ones wait for seconds, and that is counted.
    expect(requestTimes(samples).max).toBeGreaterThan(1000)
  })

  it('counts a refused connection as not accepted', async () => {
    const samples = await sendOrders({ url: 'http://127.0.0.1:1', rate: 20, seconds: 0.1, connections: 1 })
    expect(samples.map(({ status }) => status)).toEqual([0, 0])
  })
})
