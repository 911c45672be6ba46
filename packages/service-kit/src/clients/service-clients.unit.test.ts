import type { RequestListener } from 'node:http'
import { expect, it } from 'vitest'
import { aStandIn, answering, answeringZoe } from './testing/stand-in.ts'

const json = { 'Content-Type': 'application/json' }

/** The problem with which a call ends. */
async function refusalOf(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown
  )
  return error as { status: number; message: string; input: { headers: Record<string, string> } }
}

it('returns what the schema reads from a 200, and undefined for a 404', async () => {
  const account = await aStandIn(answeringZoe)
  expect(await account.get()).toEqual({ name: 'Zoë' })
  account.behave(answering(404, '{}'))
  expect(await account.get()).toBeUndefined()
  expect(await account.metric('service_client_seconds_count{to="account",outcome="ok"}')).toBe(1)
  expect(await account.metric('service_client_seconds_count{to="account",outcome="not_found"}')).toBe(1)
  expect(account.lines).toEqual([])
})

it('passes on the ids of the request, its trace and the time that is left', async () => {
  const account = await aStandIn(answeringZoe)
  const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
  await account.get({ traceparent, deadline: Date.now() + 1000 })
  const [{ url, headers } = { url: '', headers: {} }] = account.requests
  expect(url).toBe('/it?name=Zo%C3%AB+%26+co')
  expect(headers).toMatchObject({ 'x-request-id': 'r-1', 'x-correlation-id': 'c-1', traceparent })
  expect(Number(headers['x-timeout-ms'])).toBeGreaterThan(0)
  expect(Number(headers['x-timeout-ms'])).toBeLessThanOrEqual(1000)
})

const cut: RequestListener = request => void request.socket.destroy()
const cutInBody: RequestListener = (request, response) => {
  response.writeHead(200, { ...json, 'Content-Length': '100' }).write('{"name":', () => request.socket.destroy())
}
const endlessBody: RequestListener = (_, response) => {
  response.writeHead(200, json)
  const write = () => {
    while (!response.destroyed && response.write('x'.repeat(10_000)));
  }
  response.on('drain', write)
  write()
}

it.each<[string, RequestListener, RegExp]>([
  ['cuts the connection', cut, /no connection/],
  ['cuts the connection in its answer', cutInBody, /no connection/],
  ['answers 500', answering(500, '{}'), /answered 500/],
  ['answers 503', answering(503, '{}'), /answered 503/],
  ['answers 429', answering(429, '{}'), /answered 429/],
  ['redirects', answering(302, '', { Location: '/elsewhere' }), /answered 302/],
  ['answers without an end', endlessBody, /more than 100 kB/],
  ['answers with half a document', answering(200, '{"name":'), /not JSON/],
  ['answers with HTML', answering(200, '<html>', { 'Content-Type': 'text/html' }), /not JSON/],
  ['answers something else', answering(200, '{"title":"Zoë"}'), /not what was asked for/],
  ['answers 201', answering(201, '{"name":"Zoë"}'), /answered 201/]
])('asks three times and then answers 503 when the service %s', async (_, behaviour, reason) => {
  const account = await aStandIn(behaviour)
  const refusal = await refusalOf(account.get())
  expect(refusal).toMatchObject({ status: 503, message: expect.stringMatching(reason) })
  expect(refusal.input.headers['Retry-After']).toBe('1')
  expect(account.requests.map(({ url }) => url)).toEqual(Array(3).fill('/it?name=Zo%C3%AB+%26+co'))
  expect(await account.metric('service_client_retries_total{to="account"}')).toBe(2)
  expect(await account.metric('service_client_seconds_count{to="account",outcome="failed"}')).toBe(1)
  expect(account.lines).toMatchObject([{ level: 'warn', msg: 'call failed', to: 'account', requestId: 'r-1' }])
})
