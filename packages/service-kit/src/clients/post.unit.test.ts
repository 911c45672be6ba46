import type { RequestListener } from 'node:http'
import { expect, it } from 'vitest'
import { aStandIn, answering, neverAnswering, refusalOf } from './testing/stand-in.ts'

const created = answering(201, '{"name":"Zoë"}', { Location: '/it/7' })
const problem = {
  type: 'urn:problem-type:void',
  title: 'Not possible',
  status: 409,
  detail: 'It is void',
  instance: '/it'
}
const problemJson = { 'Content-Type': 'application/problem+json' }

it.each([
  ['201', created],
  ['200', answering(200, '{"name":"Zoë"}')]
])('posts JSON with its key, and returns what the schema reads from a %s', async (_, behaviour) => {
  const account = await aStandIn(behaviour)
  expect(await account.post()).toEqual({ answer: { name: 'Zoë' } })
  const [request] = account.requests
  expect(request).toMatchObject({
    url: '/it',
    headers: { 'content-type': 'application/json', 'idempotency-key': '7', 'x-correlation-id': 'c-1' }
  })
  expect(await request?.body).toBe('{"name":"Zoë"}')
  expect(await account.metric('service_client_seconds_count{to="account",outcome="ok"}')).toBe(1)
})

it.each([409, 422])('returns the problem of a %i, which is an answer and no failure', async status => {
  const account = await aStandIn(answering(status, JSON.stringify({ ...problem, status }), problemJson))
  const { type, title, detail } = problem
  for (let call = 0; call < 6; call++)
    expect(await account.post()).toEqual({ declined: { status, type, title, detail } })
  expect(await account.metric('service_client_seconds_count{to="account",outcome="declined"}')).toBe(6)
  expect(account.refusal()).toBeUndefined()
  expect(account.lines).toEqual([])
})

const cut: RequestListener = request => void request.socket.destroy()

it.each<[string, RequestListener, RegExp]>([
  ['cuts the connection', cut, /no connection/],
  ['never answers', neverAnswering, /timed out/],
  ['answers 500', answering(500, '{}'), /answered 500/],
  ['answers 503', answering(503, '{}'), /answered 503/],
  ['answers 429', answering(429, '{}'), /answered 429/],
  ['answers 404', answering(404, '{}'), /answered 404/],
  ['answers 204', answering(204, ''), /answered 204/],
  ['declines without a problem', answering(409, '{}'), /not what was asked for/],
  ['answers something else', answering(201, '{"title":"Zoë"}'), /not what was asked for/]
])('sends once, and says that it may be done, when the service %s', async (_, behaviour, reason) => {
  const account = await aStandIn(behaviour, { timeoutMs: 1000 })
  const refusal = await refusalOf(account.post())
  expect(refusal).toMatchObject({ status: 503, message: expect.stringMatching(reason) })
  expect(refusal.message).toContain('it may have done what was asked')
  expect(account.requests).toHaveLength(1)
  expect(account.lines).toMatchObject([{ msg: 'call failed', to: 'account', path: '/it', requestId: 'r-1' }])
})

it('says that nothing was changed when it is not sent', async () => {
  const account = await aStandIn(answering(503, '{}'))
  for (let call = 0; call < 5; call++) await refusalOf(account.post())
  expect((await refusalOf(account.post())).message).toContain('nothing was changed')
  expect(account.requests).toHaveLength(5)
})
