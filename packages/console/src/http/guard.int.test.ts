import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createLogger, loadConfig } from '@outbox-cdc/service-kit'
import { configSchema } from '../config.ts'
import { createConsole } from '../console.ts'
import { ask, startConsole, useConsoleBench } from '../testing/console-bench.ts'

const nowhere = { KAFKA_BROKERS: '127.0.0.1:9', CONNECT_URL: 'http://127.0.0.1:9' }
const token = 'a-token-of-enough-length'

describe('an action', () => {
  it('is refused without the page’s own token, from another origin, as a form, and when switched off', async () => {
    const bench = await useConsoleBench()
    const pause = '/api/connectors/orders/pause'
    expect(await bench.act(pause, {}, { 'x-console-action': 'guess' })).toMatchObject({ status: 403 })
    expect(await bench.act(pause, {}, { origin: 'http://evil.example' })).toMatchObject({ status: 403 })
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(await bench.act(pause, {}, form)).toMatchObject({ status: 403 })
    expect(await bench.act(pause, {}, { origin: bench.url })).toMatchObject({ status: 404 })
    const readOnly = await useConsoleBench({ CONSOLE_ACTIONS: 'off' })
    expect(await readOnly.act(pause, {})).toMatchObject({ status: 403, body: { detail: /CONSOLE_ACTIONS/ } })
  })

  it('moves a group only when the group has no members and its name was typed', async () => {
    const bench = await useConsoleBench()
    await bench.produce([1, 2, 3].map(eventId => ({ eventId })))
    const offsets = [0, 1, 2].map(partition => ({ partition, offset: 0n }))
    await bench.admin.alterConsumerGroupOffsets({
      groupId: bench.group,
      topics: [{ name: bench.topic, partitionOffsets: offsets }]
    })
    const path = `/api/groups/${bench.group}/reset`
    const move = { topic: bench.topic, to: 'latest' }
    expect(await bench.act(path, { ...move, confirm: 'yes' })).toMatchObject({ status: 409 })
    expect(await bench.act(path, { ...move, confirm: bench.group })).toMatchObject({ status: 200 })
    const { body } = await bench.get(`/api/groups/${bench.group}`)
    expect((body as { partitions: { lag: number }[] }).partitions.map(({ lag }) => lag)).toEqual([0, 0, 0])
    expect(body).toMatchObject({ state: 'empty', canReset: true })
  })
})

describe('the console', () => {
  it('serves only loopback names, so that a web page cannot rebind its own name to it', async () => {
    const url = await startConsole(nowhere)
    const status = await new Promise(resolve =>
      request(`${url}/api/about`, { headers: { host: 'evil.example' } }, answer => resolve(answer.statusCode)).end()
    )
    expect(status).toBe(403)
  })

  it('does not listen beyond loopback without a token', () => {
    const config = loadConfig(configSchema, { CONSOLE_HOST: '0.0.0.0', HOPS_FILE: 'none', ...nowhere })
    expect(() => createConsole(config, [], createLogger('console', 'silent'))).toThrow(/CONSOLE_TOKEN/)
  })

  it('requires the token once, and keeps it in a cookie that scripts cannot read', async () => {
    const url = await startConsole({ ...nowhere, CONSOLE_HOST: '0.0.0.0', CONSOLE_TOKEN: token })
    for (const path of ['/api/flow', '/metrics'])
      expect((await ask(`${url}${path}`, { headers: { accept: 'application/json' } })).status).toBe(401)
    expect((await ask(`${url}/`, { headers: { accept: 'text/html' } })).text).toContain('<form')
    expect(
      (await ask(`${url}/api/flow`, { headers: { authorization: 'Bearer wrong-token-wrong-token' } })).status
    ).toBe(401)
    expect((await ask(`${url}/api/flow`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
    const signIn = await fetch(`${url}/sign-in`, {
      method: 'POST',
      body: new URLSearchParams({ token }),
      redirect: 'manual'
    })
    const cookie = signIn.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/)
    expect((await ask(`${url}/api/flow`, { headers: { cookie: cookie.split(';')[0] ?? '' } })).status).toBe(200)
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
  })

  it('serves its own files, compressed, and no other file', async () => {
    const url = await startConsole(nowhere)
    const script = await fetch(`${url}/app.js`)
    expect([script.status, script.headers.get('content-type'), script.headers.get('content-encoding')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'gzip'
    ])
    const again = await fetch(`${url}/app.js`, {
      headers: { 'if-none-match': script.headers.get('etag') ?? '', 'cache-control': 'max-age=0' }
    })
    expect(again.status).toBe(304)
    expect(await (await fetch(`${url}/topics/some.topic`)).text()).toContain('<!doctype html>')
    for (const path of ['/../http/app.js', '/%2e%2e/config.ts', '/vendor/../../package.json', '/lib/nothing.js']) {
      const { text } = await ask(`${url}${path}`, { headers: { accept: 'text/javascript' } })
      expect(text).not.toMatch(/import |"name"/)
    }
  })

  it('forbids every script and style that is not its own file', async () => {
    const response = await fetch(await startConsole(nowhere))
    const policy = response.headers.get('content-security-policy')
    expect(policy).toMatch(/default-src 'none';script-src 'self' 'sha256-[\w+/=]+';style-src 'self'/)
    expect(policy).not.toContain('unsafe')
  })
})
