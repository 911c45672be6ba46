import { fetchJson } from '@outbox-cdc/test-support/http'
import { expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '@outbox-cdc/service-kit'
import { configSchema } from '../gateway/service.ts'
import { bearer, tokenMaker } from './as-operator.ts'
import { startGateway } from './start-gateway.ts'

async function start(env: Record<string, string> = {}) {
  const gateway = await startGateway(undefined, env)
  onTestFinished(() => gateway.stop())
  return (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
    fetchJson(gateway.url + path, { ...init, headers })
}

const shop = 'https://shop.example'

it('lets each client ask only so often, and says so in its answers', async () => {
  const ask = await start({ RATE_LIMIT: '3' })
  const rider = { authorization: `Bearer ${await tokenMaker.token({ client_id: 'rider' })}` }
  for (const left of [2, 1, 0]) {
    const { status, headers } = await ask('/menus', rider)
    expect([status, headers.get('ratelimit')]).toEqual([200, expect.stringMatching(`^"client"; r=${left}; t=\\d+$`)])
    expect(headers.get('ratelimit-policy')).toMatch(/^"client"; q=3; w=10; /)
  }
  const { status, headers, body } = await ask('/orders/1', rider)
  expect([status, body.type]).toEqual([429, 'urn:problem-type:too-many-requests'])
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(10)
  expect((await ask('/menus', bearer)).status).toBe(200)
})

it('counts who has no valid token by address: tokens, logins and what is refused', async () => {
  const ask = await start({ RATE_LIMIT: '4' })
  const wrong = { method: 'POST', body: '{"client":"operator","secret":"wrong"}' }
  expect((await ask('/menus')).status).toBe(401)
  expect((await ask('/menus', { authorization: 'Bearer abc' })).status).toBe(401)
  expect((await ask('/oauth/token', {}, { method: 'POST' })).status).toBe(401)
  expect((await ask('/session', { 'content-type': 'application/json' }, wrong)).status).toBe(401)
  expect((await ask('/session', { 'content-type': 'application/json' }, wrong)).status).toBe(429)
  expect((await ask('/oauth/token', {}, { method: 'POST' })).status).toBe(429)
  expect((await ask('/menus', bearer)).status).toBe(200)
  expect((await ask('/health/ready')).status).toBe(200)
})

it('refuses a body that no service would take', async () => {
  const ask = await start()
  const body = 'x'.repeat(100_001)
  const { status, body: problem } = await ask('/orders', bearer, { method: 'POST', body })
  expect([status, problem.type]).toEqual([413, 'urn:problem-type:invalid-request'])
})

it('allows no other origin at first', async () => {
  const ask = await start()
  const { status, headers } = await ask('/menus', { ...bearer, origin: shop, 'sec-fetch-site': 'cross-site' })
  expect([status, headers.has('access-control-allow-origin')]).toEqual([200, false])
  expect(
    (await ask('/orders', { origin: shop }, { method: 'OPTIONS' })).headers.has('access-control-allow-origin')
  ).toBe(false)
})

it('allows the origins that it is told, with a token and never with the cookie', async () => {
  const ask = await start({ CORS_ORIGINS: `${shop}, http://localhost:3000` })
  const from = (origin: string) => ({ origin, 'sec-fetch-site': 'cross-site' })
  const asks = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' }
  const preflight = await ask('/orders', { ...from(shop), ...asks }, { method: 'OPTIONS' })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-origin')).toBe(shop)
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
  expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization')
  expect(preflight.headers.has('access-control-allow-credentials')).toBe(false)

  const placed = await ask('/orders', { ...bearer, ...from(shop) }, { method: 'POST' })
  expect([placed.status, placed.headers.get('access-control-allow-origin')]).toEqual([201, shop])
  const cookie = { cookie: `session=${await tokenMaker.token()}` }
  expect((await ask('/orders', { ...cookie, ...from(shop) }, { method: 'POST' })).status).toBe(401)

  const other = await ask('/menus', { ...bearer, ...from('https://shop.example.evil') })
  expect(other.headers.has('access-control-allow-origin')).toBe(false)
  expect((await ask('/orders', { ...bearer, ...from('null') }, { method: 'POST' })).status).toBe(403)
})

it.each(['*', 'shop.example', 'https://shop.example/', 'https://shop.example/page'])(
  'takes no %s for an origin',
  text => {
    expect(() => loadConfig(configSchema.pick({ CORS_ORIGINS: true }), { CORS_ORIGINS: text })).toThrow(
      'must be origins'
    )
  }
)

it('protects its answers, also those of services', async () => {
  const ask = await start()
  for (const path of ['/menus', '/orders/1/refused', '/nothing', '/session']) {
    const { headers } = await ask(path, bearer)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  }
})
