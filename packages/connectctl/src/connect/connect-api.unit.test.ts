import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createConnectApi } from './connect-api.ts'

const starting = 0

async function worker(answers: readonly number[]): Promise<{ readonly url: string; readonly asked: () => number }> {
  let asked = 0
  const server = createServer((_request, response) => {
    const status = answers[Math.min(asked, answers.length - 1)] ?? 200
    asked += 1
    // What Jetty says to a client that accepts JSON, before Connect has set up its paths.
    const jetty = { url: '/connectors', status: '404', message: 'Not Found' }
    if (status === starting) response.writeHead(404).end(JSON.stringify(jetty))
    else response.writeHead(status).end(JSON.stringify({ error_code: status, message: `it is ${status}` }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked }
}

const silent = 'http://127.0.0.1:9'

it('asks the next worker at once when one does not answer, also without retries', async () => {
  const { url, asked } = await worker([200])
  const api = createConnectApi({ url: `${silent},${url}`, retryForMs: 0 })
  await api.request('GET', '/connectors')
  await api.request('GET', '/connectors')
  expect(asked()).toBe(2)
})

it('gives up a worker that hangs after the timeout, and asks the next worker', async () => {
  const heard: number[] = []
  const hanging = createServer(() => void heard.push(Date.now()))
  await new Promise<void>(resolve => hanging.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => {
    hanging.closeAllConnections()
    hanging.close()
  })
  const next = await worker([200])
  const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port},${next.url}`
  const api = createConnectApi({ url, retryForMs: 0, answerTimeoutMs: 200 })
  const began = Date.now()
  expect(await api.request('GET', '/connectors')).toMatchObject({ message: 'it is 200' })
  expect(Date.now() - began).toBeGreaterThanOrEqual(190)
  expect({ hanging: heard.length, next: next.asked() }).toEqual({ hanging: 1, next: 1 })
  const alone = createConnectApi({ url: url.split(',')[0] ?? '', retryForMs: 0, answerTimeoutMs: 50 })
  await expect(alone.request('GET', '/')).rejects.toThrow('does not answer (The operation was aborted due to timeout)')
})

it('moves on to the next worker when one answers 503, also without retries', async () => {
  const [failing, next] = [await worker([503]), await worker([200])]
  const api = createConnectApi({ url: `${failing.url},${next.url}`, retryForMs: 0 })
  expect(await api.request('GET', '/connectors')).toMatchObject({ message: 'it is 200' })
  expect({ failing: failing.asked(), next: next.asked() }).toEqual({ failing: 1, next: 1 })
})

it('sends the account of an address as Basic authentication, and never shows its password', async () => {
  const heard: (string | undefined)[] = []
  const server = createServer(({ headers }, response) => {
    heard.push(headers.authorization)
    response.end('{}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  await createConnectApi({ url: `http://op:hunter%32@127.0.0.1:${port}/` }).request('GET', '/')
  expect(heard).toEqual([`Basic ${Buffer.from('op:hunter2').toString('base64')}`])
  const away = createConnectApi({ url: 'http://op:hunter2@127.0.0.1:9', retryForMs: 0 })
  expect(away.url).toBe('http://127.0.0.1:9')
  await expect(away.request('GET', '/')).rejects.toThrow(/^(?!.*hunter2).*ECONNREFUSED|^(?!.*hunter2).*bad port/)
})

it('sends a token to workers without an account, and says in a sentence who is refused', async () => {
  const heard: (string | undefined)[] = []
  const server = createServer(({ headers }, response) => {
    heard.push(headers.authorization)
    response.writeHead(heard.length === 1 ? 401 : 403).end('User cannot access the resource.')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const asked = createConnectApi({ url, token: 's3cret' }).request('GET', '/')
  await expect(asked).rejects.toThrow(
    `Kafka Connect at ${url} refuses the bearer token: CONNECT_URL takes https://user:password@host:port, CONNECT_TOKEN a bearer token`
  )
  const forbidden = createConnectApi({ url: `http://op:hunter2@127.0.0.1:${port}` }).request('GET', '/')
  await expect(forbidden).rejects.toThrow(`Kafka Connect at ${url} forbids op what it asked for`)
  expect(heard).toEqual(['Bearer s3cret', `Basic ${Buffer.from('op:hunter2').toString('base64')}`])
})

it('fails when no worker answers', async () => {
  const api = createConnectApi({ url: `${silent},${silent}/`, retryForMs: 0 })
  await expect(api.request('GET', '/connectors')).rejects.toMatchObject({ code: 'CONNECT_UNREACHABLE' })
})

it('tries again while the cluster rebalances or is starting, and does not retry a refusal', async () => {
  const { url, asked } = await worker([409, 503, 400])
  const notes: string[] = []
  const api = createConnectApi({ url, retryForMs: 5_000, note: line => void notes.push(line) })
  await expect(api.request('PUT', '/connectors/x/config', { body: {} })).rejects.toThrow('answers 400: it is 400')
  expect(asked()).toBe(3)
  expect(notes[0]).toContain('trying again for 5 s')
})

it('says that a worker is starting rather than that the connector does not exist', async () => {
  const { url: loading } = await worker([starting])
  const once = createConnectApi({ url: loading, retryForMs: 0 })
  await expect(once.request('GET', '/connectors/orders/status', { orMissing: true })).rejects.toMatchObject({
    code: 'CONNECT_STARTING',
    message: `Kafka Connect at ${loading} is still starting (404 from /connectors/orders/status)`
  })
  const missing = await worker([404])
  const orMissing = { orMissing: true }
  const path = '/connectors/orders/status'
  expect(await createConnectApi({ url: missing.url }).request('GET', path, orMissing)).toBeUndefined()
  const { url, asked } = await worker([starting, starting, 200])
  await createConnectApi({ url, retryForMs: 5_000 }).request('GET', path, orMissing)
  expect(asked()).toBe(3)
})
