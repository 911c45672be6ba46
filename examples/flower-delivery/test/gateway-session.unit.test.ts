import { fetchJson, post } from '@outbox-cdc/test-support/http'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { startWithOwnAuth } from './start-gateway.ts'
import { login } from './token-maker.ts'

const { gateway, stop } = await startWithOwnAuth()
afterAll(stop)

const logIn = (body: object = login, headers = {}) => post(`${gateway.url}/session`, body, headers)
const cookieFrom = (headers: Headers) => headers.get('set-cookie') ?? ''
const loggedIn = async () => cookieFrom((await logIn()).headers).split(';')[0] ?? ''
const withCookie = (path: string, cookie: string, init: RequestInit = {}) =>
  fetchJson(gateway.url + path, { ...init, headers: { cookie, ...(init.headers as Record<string, string>) } })

it('gives the page a cookie that no script and no other site can use, until the token ends', async () => {
  const { status, headers, body } = await logIn()
  const caller = { clientId: 'operator', scopes: ['orders', 'shop', 'deliveries'] }
  expect([status, body]).toEqual([201, { ...caller, expiresAt: expect.any(String) }])
  const cookie = cookieFrom(headers)
  expect(cookie).toMatch(/^session=[\w.-]+; Path=\/; Expires=.+; HttpOnly; SameSite=Strict$/)
  const [, expires = ''] = /Expires=([^;]+)/.exec(cookie) ?? []
  expect(new Date(expires).getTime()).toBe(new Date(body.expiresAt).getTime())
  const session = await withCookie('/session', cookie.split(';')[0] ?? '')
  expect([session.status, session.body]).toEqual([200, body])
})

it('lets the cookie do what the token may, also for the events', async () => {
  const cookie = await loggedIn()
  const { status, body } = await withCookie('/orders/1', `theme=dark; ${cookie}`)
  expect([status, body.headers['x-actor']]).toEqual([200, 'operator'])
  expect(body.headers).not.toHaveProperty('cookie')
  const hangUp = new AbortController()
  onTestFinished(() => hangUp.abort())
  expect((await fetch(`${gateway.url}/events`, { headers: { cookie }, signal: hangUp.signal })).status).toBe(200)
})

it.each(['cross-site', 'same-site'])('does not take the cookie from a page that is %s', async site => {
  const headers = { 'sec-fetch-site': site }
  expect((await withCookie('/orders/1', await loggedIn(), { headers })).status).toBe(401)
  expect((await logIn(login, headers)).status).toBe(403)
})

it.each([
  [{ ...login, secret: 'wrong' }, 401, "There is no such client, or this isn't its secret"],
  [{ client: 'operator' }, 400, 'secret must be a text'],
  [{ client: '', secret: 'x' }, 400, 'client must not be empty']
])('refuses a login with %j', async (body, status, detail) => {
  const answer = await logIn(body)
  expect([answer.status, answer.body.detail, cookieFrom(answer.headers)]).toEqual([status, detail, ''])
})

it('says that auth is away', async () => {
  const { auth: away, gateway: own } = await startWithOwnAuth()
  onTestFinished(() => own.stop())
  await away.stop()
  const { status, headers, body } = await post(`${own.url}/session`, login)
  expect([status, headers.get('retry-after')]).toEqual([503, '2'])
  expect(body.detail).toBe("auth doesn't answer; the login has failed. Try again in 2 s.")
})

it('takes the cookie back at the logout', async () => {
  const { status, headers } = await withCookie('/session', await loggedIn(), { method: 'DELETE' })
  expect([status, cookieFrom(headers)]).toEqual([204, expect.stringMatching(/^session=; .*Expires=Thu, 01 Jan 1970/)])
  expect((await fetchJson(`${gateway.url}/session`)).status).toBe(401)
})
