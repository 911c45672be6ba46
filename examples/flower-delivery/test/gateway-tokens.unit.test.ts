import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { fetchJson } from '@outbox-cdc/test-support/http'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { startWithOwnAuth } from './start-gateway.ts'
import { makeKey } from './token-maker.ts'

const { auth, gateway, stop } = await startWithOwnAuth()
afterAll(stop)

const ask = (path: string, token?: string, headers: Record<string, string> = {}) =>
  fetchJson(gateway.url + path, {
    headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  })
const seconds = () => Math.floor(Date.now() / 1000)

const paths = [
  '/orders/1',
  '/myPages',
  '/menus',
  '/payments/1',
  '/ordermanagements',
  '/items',
  '/deliveries',
  '/events'
]

describe('without a valid token, the gateway answers 401', () => {
  it.each([...paths, '/ORDERS/1', '/orders/'])('at %s', async path => {
    const { status, headers, text } = await ask(path)
    expect([status, headers.get('www-authenticate'), text]).toEqual([401, 'Bearer', ''])
  })

  const bad: Readonly<Record<string, () => string | Promise<string>>> = {
    'that has expired': () => auth.token({ exp: seconds() - 1 }),
    'without an end': () => auth.token({ exp: undefined }),
    'without a client': () => auth.token({ client_id: undefined }),
    'of another issuer': () => auth.token({ iss: 'http://127.0.0.1:1' }),
    'for another audience': () => auth.token({ aud: 'another-system' }),
    'for no audience': () => auth.token({ aud: undefined }),
    'that another key with the same id has signed': async () => auth.token({}, await makeKey(auth.key().kid)),
    'that an unknown key has signed': async () => auth.token({}, await makeKey('unknown')),
    'whose payload was changed': async () => {
      const [header, , signature] = (await auth.token({ scope: '' })).split('.')
      const [, payload] = (await auth.token()).split('.')
      return [header, payload, signature].join('.')
    },
    'without a signature, alg none': () =>
      new UnsecuredJWT({ client_id: 'operator', scope: 'orders' })
        .setIssuer(auth.url)
        .setAudience('flower-delivery')
        .setExpirationTime('1h')
        .encode(),
    'with HS256 and the public key as the secret': async () => {
      const { kid, published } = auth.key()
      const secret = createPublicKey({ key: published as JsonWebKey, format: 'jwk' }).export({
        type: 'spki',
        format: 'pem'
      })
      const claims = {
        client_id: 'operator',
        scope: 'orders',
        iss: auth.url,
        aud: 'flower-delivery',
        exp: seconds() + 60
      }
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(Buffer.from(secret))
    },
    'with another algorithm of the same kind of key': () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const claims = { client_id: 'operator', iss: auth.url, aud: 'flower-delivery', exp: seconds() + 60 }
      return new SignJWT(claims).setProtectedHeader({ alg: 'PS256', kid: 'first' }).sign(privateKey)
    },
    'that is none': () => 'abc'
  }
  it.each(Object.keys(bad))('to a token %s', async name => {
    const { status, headers, text } = await ask('/orders/1', await bad[name]?.())
    expect([status, headers.get('www-authenticate'), text]).toEqual([401, 'Bearer error="invalid_token"', ''])
  })

  it('to a token in a query or with another scheme', async () => {
    const token = await auth.token()
    expect((await ask(`/orders/1?access_token=${token}`)).status).toBe(401)
    expect((await ask('/orders/1', undefined, { authorization: `Basic ${token}` })).status).toBe(401)
  })

  it('but not at what is open', async () => {
    for (const path of ['/', '/health/live', '/health/ready', '/docs/', '/openapi.json'])
      expect([path, (await ask(path)).status]).toEqual([path, 200])
    expect((await ask('/.well-known/jwks.json')).text).toContain('"kid":"first"')
  })
})

describe('with a valid token', () => {
  it.each([
    ['orders', ['/orders/1', '/myPages', '/payments/1', '/menus']],
    ['shop', ['/ordermanagements', '/items', '/menus']],
    ['deliveries', ['/deliveries', '/menus']]
  ])('the scope %s opens its paths, and no other', async (scope, opened) => {
    const token = await auth.token({ client_id: 'a client', scope })
    for (const path of paths.filter(path => path !== '/events')) {
      const { status, headers, body } = await ask(path, token)
      if (opened.includes(path)) expect([path, status]).toEqual([path, 200])
      else {
        expect([path, status, body.type]).toEqual([path, 403, 'urn:problem-type:insufficient-scope'])
        expect(headers.get('www-authenticate')).toMatch(/^Bearer error="insufficient_scope", scope="\w+"$/)
      }
    }
  })

  it('the service hears who asks, from the token and not from the client, and gets no token', async () => {
    const token = await auth.token({ client_id: 'rider', scope: 'deliveries' })
    const { body } = await ask('/deliveries', token, { 'x-actor': 'operator', cookie: 'a=b' })
    expect(body.headers['x-actor']).toBe('rider')
    expect(body.headers).not.toHaveProperty('authorization')
    expect(body.headers).not.toHaveProperty('cookie')
  })
})

describe('the keys', () => {
  it('a new one is accepted as soon as auth has it, and the old one goes on', async () => {
    const next = await makeKey('next')
    const [old, token] = [await auth.token(), await auth.token({}, next)]
    expect((await ask('/menus', token)).status).toBe(401)
    auth.publish(next)
    expect((await ask('/menus', token)).status).toBe(200)
    expect((await ask('/menus', old)).status).toBe(200)
  })

  it('many tokens with unknown keys ask auth a few times only', async () => {
    const unknown = await makeKey('made up')
    const token = await auth.token({}, unknown)
    const before = auth.asked.keys
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask('/menus', token)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    expect(auth.asked.keys - before).toBeLessThan(5)
  })

  it('without auth, known ones go on working, and unknown ones are a 503', async () => {
    const { auth: away, gateway: own } = await startWithOwnAuth()
    onTestFinished(() => own.stop())
    const menus = (token: string) => fetchJson(`${own.url}/menus`, { headers: { authorization: `Bearer ${token}` } })
    const [known, unknown] = [await away.token(), await away.token({}, await makeKey('unknown'))]
    expect((await menus(known)).status).toBe(200)
    await away.stop()
    expect((await menus(known)).status).toBe(200)
    const { status, headers, body } = await menus(unknown)
    expect([status, headers.get('retry-after'), body.type]).toEqual([503, '2', 'urn:problem-type:unavailable'])
    expect((await fetchJson(`${own.url}/menus`)).status).toBe(401)
    await away.start()
    expect((await menus(unknown)).status).toBe(401)
    await away.stop()
  })
})
