import { Router } from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { createApp } from './create-app.ts'
import { createHealth } from './health.ts'
import { createHttpServer } from './http-server.ts'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'

async function get(path: string, init: RequestInit = {}) {
  const app = createApp({
    logger: createLogger('shop', 'silent'),
    health: createHealth({ ready: {} }),
    metrics: createMetrics('shop'),
    routes: Router().get('/shops', (_, response) => response.json([])),
    document: { openapi: '3.1.0' },
    alias: '/old/shop'
  })
  const server = createHttpServer(app, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.stop())
  const response = await fetch(`http://127.0.0.1:${await server.start()}${path}`, init)
  return { response, text: await response.text() }
}

it('shows its own API at /docs, and lets that page load nothing from elsewhere', async () => {
  const { response, text } = await get('/docs')
  expect([response.status, text]).toEqual([200, expect.stringContaining('swagger-ui-bundle.js')])
  expect(text).not.toMatch(/<style|style=|https?:|<script>/)
  expect(response.headers.get('content-security-policy')).toBe(
    "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';" +
      "base-uri 'none';form-action 'none';frame-ancestors 'none'"
  )
  expect((await get('/docs/swagger-initializer.js')).text).toContain("url: '/openapi.json'")
  expect((await get('/docs/swagger-ui-bundle.js')).response.status).toBe(200)
  expect((await get('/openapi.json')).text).toBe('{"openapi":"3.1.0"}')
})

it('serves the routes and Swagger UI under the alias too', async () => {
  for (const path of ['/shops', '/old/shop/shops']) expect((await get(path)).text).toBe('[]')
  const { response, text } = await get('/old/shop/swagger-ui')
  expect([response.status, text]).toEqual([200, expect.stringContaining('swagger-ui-bundle.js')])
  expect((await get('/old/shop/swagger-ui/swagger-initializer.js')).text).toContain("url: '/openapi.json'")
})

it('sends security headers and names the route that does not exist', async () => {
  const { response, text } = await get('/nothing')
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
    'content-type': expect.stringContaining('application/problem+json')
  })
  expect(response.headers.has('x-powered-by')).toBe(false)
  expect(JSON.parse(text)).toMatchObject({ status: 404, detail: 'There is nothing at /nothing' })
})

it.each([
  '/health/live',
  '/health/ready',
  '/metrics',
  '/openapi.json',
  '/docs',
  '/docs/index.html',
  '/old/shop/swagger-ui'
])('says of another method for %s which ones it knows', async path => {
  const { response } = await get(path, { method: 'DELETE' })
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
})
