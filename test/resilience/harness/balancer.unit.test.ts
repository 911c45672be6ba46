import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { startBalancer } from './balancer.ts'

async function startTarget() {
  const state = { ready: true, answered: 0 }
  const server = createServer((request, response) => {
    if (request.url === '/health/ready') return void response.writeHead(state.ready ? 200 : 503).end()
    state.answered += 1
    response.end('done')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function send(url: string, count: number): Promise<readonly number[]> {
  const statuses: number[] = []
  for (let n = 0; n < count; n++) {
    const response = await fetch(url)
    await response.text()
    statuses.push(response.status)
  }
  return statuses
}

it('takes the targets in turn, and leaves out the one that is not ready', async () => {
  const [one, other] = [await startTarget(), await startTarget()]
  const balancer = await startBalancer([one.url, other.url])
  onTestFinished(() => balancer.close())
  await send(balancer.url, 10)
  expect([one.state.answered, other.state.answered]).toEqual([5, 5])
  one.state.ready = false
  await eventually(() => expect(balancer.timesUnready()).toBe(1))
  expect(new Set(await send(balancer.url, 10))).toEqual(new Set([200]))
  expect([one.state.answered, other.state.answered]).toEqual([5, 15])
})

it('repeats nothing: without a ready target a request has failed', async () => {
  const target = await startTarget()
  target.state.ready = false
  const balancer = await startBalancer([target.url])
  onTestFinished(() => balancer.close())
  await eventually(() => expect(balancer.timesUnready()).toBe(1))
  expect(await send(balancer.url, 1)).toEqual([502])
})
