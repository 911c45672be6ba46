import type { RequestListener } from 'node:http'
import { expect, it } from 'vitest'
import { aStandIn, answering, answeringZoe, neverAnswering, refusalOf } from './testing/stand-in.ts'

const json = { 'Content-Type': 'application/json' }

it('returns what the schema reads from a 200, and undefined for a 404', async () => {
  const account = await aStandIn(answeringZoe)
  expect(await account.get()).toEqual({ name: 'Zoë' })
  account.behave(answering(404, '{}'))
  expect(await account.get()).toBeUndefined()
  expect(await account.metric('service_client_seconds_count{to="account",outcome="ok"}')).toBe(1)
  expect(await account.metric('service_client_seconds_count{to="account",outcome="not_found"}')).toBe(1)
  expect(account.lines).toEqual([])
})

it('passes on the ids of the request, its trace, who caused it and the time that is left', async () => {
  const account = await aStandIn(answeringZoe)
  const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
  await account.get({ traceparent, actor: 'customer', deadline: Date.now() + 1000 })
  const { url, headers } = account.requests[0] ?? expect.fail('nothing was asked')
  expect(url).toBe('/it?name=Zo%C3%AB+%26+co')
  expect(headers).toMatchObject({
    'x-request-id': 'r-1',
    'x-correlation-id': 'c-1',
    'x-actor': 'customer',
    traceparent
  })
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

const slowBody: RequestListener = (_, response) => {
  response.writeHead(200, json).write('{"name":')
  const timer = setInterval(() => response.write(' '), 20)
  response.once('close', () => clearInterval(timer))
}

it.each([
  ['never answers', neverAnswering],
  ['never ends its answer', slowBody]
])('answers 503 at the deadline when the service %s', async (_, behaviour) => {
  const account = await aStandIn(behaviour)
  const started = performance.now()
  const refusal = await refusalOf(account.get({ deadline: Date.now() + 1500 }))
  const took = performance.now() - started
  expect(refusal).toMatchObject({ status: 503, message: expect.stringContaining("account doesn't answer (timed out)") })
  // One attempt has half of the time, so that there is time for another one.
  expect(account.requests.length).toBeGreaterThanOrEqual(2)
  expect(took).toBeGreaterThan(1400)
  expect(took).toBeLessThan(4000)
  expect(await account.metric('service_client_seconds_count{to="account",outcome="timed_out"}')).toBe(1)
})

it('answers 503 when no process listens', async () => {
  const account = await aStandIn(answeringZoe)
  await account.stop()
  expect(await refusalOf(account.get())).toMatchObject({
    status: 503,
    message: expect.stringContaining('no connection')
  })
})

it('finds what one lost request would have cost', async () => {
  const account = await aStandIn((request, response) => {
    if (account.requests.length === 1) request.socket.destroy()
    else answeringZoe(request, response)
  })
  expect(await account.get()).toEqual({ name: 'Zoë' })
  expect(account.lines).toEqual([])
})

it('does not ask when the time is over, nor for a caller who has left', async () => {
  const account = await aStandIn(answeringZoe)
  expect((await refusalOf(account.get({ deadline: Date.now() }))).status).toBe(503)
  expect((await refusalOf(account.get({ signal: AbortSignal.abort() }))).status).toBe(503)
  expect(account.requests).toEqual([])
})

it('stops when the caller hangs up, and blames no service', async () => {
  const hungUp = new AbortController()
  const account = await aStandIn(request => {
    request.socket.once('close', () => closed.resolve())
    hungUp.abort()
  })
  const closed = Promise.withResolvers<void>()
  await refusalOf(account.get({ signal: hungUp.signal, deadline: Date.now() + 30_000 }))
  await closed.promise
  expect(account.requests).toHaveLength(1)
  expect(account.lines).toEqual([])
})

it('waits as long as the service asks, or gives up at once and says how long', async () => {
  const account = await aStandIn(answering(503, '{}', { 'Retry-After': '7' }))
  const refusal = await refusalOf(account.get())
  expect(refusal.input.headers['Retry-After']).toBe('7')
  expect(account.requests).toHaveLength(1)
  account.behave((request, response) =>
    (account.requests.length === 2 ? answering(429, '{}', { 'Retry-After': '1' }) : answeringZoe)(request, response)
  )
  const started = performance.now()
  expect(await account.get({ deadline: Date.now() + 20_000 })).toEqual({ name: 'Zoë' })
  expect(performance.now() - started).toBeGreaterThan(990)
})

it('takes a 4xx for a fault of this process: one attempt, an error in the log, and the breaker stays closed', async () => {
  const account = await aStandIn(answering(400, '{}'))
  for (let call = 0; call < 6; call++) expect((await refusalOf(account.get())).status).toBe(503)
  expect(account.requests).toHaveLength(6)
  expect(account.lines.map(({ level, reason }) => [level, reason])).toEqual(Array(6).fill(['error', 'answered 400']))
  expect(await account.metric('service_client_breaker{to="account",state="closed"}')).toBe(1)
})
