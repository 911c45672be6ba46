import type { RequestListener, ServerOptions } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { createHttpServer } from './http-server.ts'

async function serve(app: RequestListener, limits?: ServerOptions) {
  const server = createHttpServer(app, { host: '127.0.0.1', port: 0 }, limits)
  const port = await server.start()
  onTestFinished(() => server.stop(0))
  return { server, port, url: `http://127.0.0.1:${port}/` }
}

/** Sends bytes and reads until the server closes. */
async function exchange(port: number, sent: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(sent)
  return text(socket)
}

it('finishes a running request and refuses new ones when it stops', async () => {
  const entered = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const { server, url } = await serve((_, response) => {
    entered.resolve()
    void released.promise.then(() => response.end('done'))
  })
  const running = fetch(url)
  await entered.promise
  const stopped = server.stop()
  await expect(fetch(url)).rejects.toThrow()
  released.resolve()
  expect(await (await running).text()).toBe('done')
  await stopped
})

it('closes the connection of a request that does not end in time', async () => {
  const { server, url } = await serve(() => undefined)
  const failed = expect(fetch(url)).rejects.toThrow()
  await new Promise(resolve => setTimeout(resolve, 50))
  await server.stop(50)
  await failed
})

it('says which port is taken', async () => {
  const { port } = await serve(() => undefined)
  const second = createHttpServer(() => undefined, { host: '127.0.0.1', port })
  await expect(second.start()).rejects.toThrow(String(port))
})

it.each([
  ['headers', 'POST / HTTP/1.1\r\nHost: x\r\nX-Slow: '],
  ['a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{']
])('ends a client that is slow with %s', async (_, sent) => {
  const limits = { headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 20 }
  const { port } = await serve(request => void request.resume(), limits)
  expect(await exchange(port, sent)).toMatch(/^HTTP\/1.1 408 .*application\/problem\+json.*"status":408/s)
})

it.each([
  ['what is no HTTP', 'HELLO\r\n\r\n', 400],
  ['headers beyond 16 kB', `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`, 431]
])('answers %s with a problem document', async (_, sent, status) => {
  const { port } = await serve(() => undefined)
  expect(await exchange(port, sent)).toContain(`"status":${status}`)
})
