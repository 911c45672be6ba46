import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ask, startConsole } from '../testing/console-bench.ts'

const nowhere = { KAFKA_BROKERS: '127.0.0.1:9', CONSOLE_BASE_PATH: '/tools/console' }

type Passing = { readonly prefix: boolean; readonly host: boolean }

/** A reverse proxy for /tools/console, which passes the prefix or the Host header on, or not. */
async function useProxy(target: string, passes: Passing): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const host = incoming.headers.host ?? ''
    const headers = passes.host
      ? incoming.headers
      : { ...incoming.headers, host: new URL(target).host, 'x-forwarded-host': host }
    const path = passes.prefix ? incoming.url : incoming.url?.replace('/tools/console', '')
    const onward = request(`${target}${path}`, { method: incoming.method, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe.each([
  ['passes the prefix and the Host on', { prefix: true, host: true }],
  ['takes the prefix off and sets X-Forwarded-Host', { prefix: false, host: false }]
])('the console behind a proxy that %s', (_, passes) => {
  it('finds all that its page loads, and takes its actions', async () => {
    const proxy = await useProxy(await startConsole(nowhere), passes)
    const page = await ask(`${proxy}/tools/console/topics/some.topic`, {})
    // In its tags and in its import map.
    const addresses = [...page.text.matchAll(/(?:href=|src=|": )"([^"]+)"/g)].map(([, address = '']) => address)
    expect(addresses.length).toBeGreaterThan(12)
    for (const address of addresses) {
      expect(address).toMatch(/^\/tools\/console\//)
      expect({ address, status: (await fetch(`${proxy}${address}`)).status }).toEqual({ address, status: 200 })
    }
    expect((await ask(`${proxy}/tools/console/api/openapi.json`, {})).body).toMatchObject({
      servers: [{ url: '/tools/console' }]
    })

    const { body } = await ask(`${proxy}/tools/console/api/about`, {})
    const { actionToken } = body as { actionToken: string }
    const act = (origin: string) =>
      ask(`${proxy}/tools/console/api/connectors/orders/pause`, {
        method: 'POST',
        headers: { origin, 'x-console-action': actionToken, 'content-type': 'application/json' },
        body: '{}'
      })
    expect((await act(proxy)).status).not.toBe(403)
    expect(await act('http://evil.example')).toMatchObject({ status: 403 })
  })
})

it('signs in behind a proxy, and keeps the cookie to its own path', async () => {
  const token = 'a-token-of-enough-length'
  const url = await startConsole({ ...nowhere, CONSOLE_TOKEN: token })
  const form = await ask(`${url}/tools/console/`, { headers: { accept: 'text/html' } })
  expect(form.text).toContain('action="/tools/console/sign-in"')
  const body = new URLSearchParams({ token })
  const signIn = await fetch(`${url}/tools/console/sign-in`, { method: 'POST', body, redirect: 'manual' })
  expect(signIn.headers.get('location')).toBe('/tools/console/')
  expect(signIn.headers.get('set-cookie')).toContain('Path=/tools/console/')
})
