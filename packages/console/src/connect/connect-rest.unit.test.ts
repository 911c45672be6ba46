import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createConnectRest } from './connect-rest.ts'

/** A worker that counts how often it was asked. */
async function aWorker(answer: RequestListener) {
  let asked = 0
  const server = createServer((request, response) => {
    asked++
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked }
}

const well: RequestListener = (_, response) => response.end('{"well":true}')
const refuse =
  (status: number): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(JSON.stringify({ message: `no ${status}` }))
// Nobody listens there, and the system hands out no port so low.
const closed = 'http://127.0.0.1:1023'

it.each([
  ['is away', () => Promise.resolve({ url: closed })],
  ['does not answer', () => aWorker(() => undefined)],
  ['is still starting', () => aWorker(refuse(503))]
])('asks the next worker when the first %s', async (_, first) => {
  const connect = createConnectRest([(await first()).url, (await aWorker(well)).url])
  expect(await connect.get('/')).toEqual({ well: true })
})

it('goes on with the worker that answered', async () => {
  const starting = await aWorker(refuse(503))
  const connect = createConnectRest([starting.url, (await aWorker(well)).url])
  for (let question = 0; question < 3; question++) await connect.get('/')
  expect(starting.asked()).toBe(1)
})

it('passes on a refusal as it is, and says why when no worker answers', async () => {
  const other = await aWorker(well)
  const refused = createConnectRest([(await aWorker(refuse(404))).url, other.url])
  await expect(refused.get('/')).rejects.toThrow('no 404')
  expect(other.asked()).toBe(0)
  await expect(createConnectRest([closed, closed]).get('/')).rejects.toThrow('connection refused')
  await expect(createConnectRest([]).get('/')).rejects.toThrow('No address')
})
