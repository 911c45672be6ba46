import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { createLogger, loadConfig } from '@outbox-cdc/service-kit'
import { fetchJson } from '@outbox-cdc/test-support/http'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askToken } from '../auth/ask-token.ts'
import { configSchema, createService } from '../auth/service.ts'
import { rotateKey } from '../auth/signing-keys.ts'

const day = 86_400
const issuer = 'http://auth.test:8090'

let folder = ''
let logged = ''
let auth: Awaited<ReturnType<typeof start>>

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'auth-')), 'secrets')
  auth = await start()
})
afterAll(async () => {
  await auth.stop()
  await rm(join(folder, '..'), { recursive: true })
})

async function start() {
  const lines = new PassThrough().on('data', chunk => (logged += String(chunk)))
  const config = loadConfig(configSchema, { HTTP_PORT: '0', ISSUER_URL: issuer, AUTH_SECRETS_DIR: folder })
  const service = await createService(config, createLogger('auth', 'debug', lines))
  return { url: `http://127.0.0.1:${await service.start()}`, stop: () => service.stop() }
}

const secretOf = (client: string) => readFile(join(folder, client), 'utf8')
const tokenOf = (client: string) => askToken({ authUrl: auth.url, folder, client })
const keys = async () => (await fetchJson(`${auth.url}/.well-known/jwks.json`)).text
const kids = async (): Promise<string[]> => JSON.parse(await keys()).keys.map(({ kid }: { kid: string }) => kid)
const verify = async (token: string) =>
  jwtVerify(token, createLocalJWKSet(JSON.parse(await keys())), { issuer, audience: 'flower-delivery' })

async function ask(wish: Record<string, string>, login: string) {
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`
  return fetch(`${auth.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...wish })
  })
}

describe('a token', () => {
  it.each([
    ['customer', 'orders'],
    ['shop', 'shop'],
    ['rider', 'deliveries'],
    ['operator', 'orders shop deliveries']
  ])('of %s is signed with RS256, holds its scopes and lasts 24 hours', async (client, scope) => {
    const token = await tokenOf(client)
    const { payload, protectedHeader } = await verify(token)
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: (await kids())[0] })
    const who = { iss: issuer, aud: 'flower-delivery', sub: client, client_id: client, scope }
    expect(payload).toEqual({ ...who, jti: expect.any(String), iat: expect.any(Number), exp: expect.any(Number) })
    expect(payload.exp! - payload.iat!).toBe(day)
  })

  it('has an id that no other has', async () => {
    const ids = [decodeJwt(await tokenOf('shop')).jti, decodeJwt(await tokenOf('shop')).jti]
    expect(new Set(ids).size).toBe(2)
  })

  it('holds fewer scopes if fewer are asked for', async () => {
    const answer = await ask({ scope: 'shop' }, `operator:${await secretOf('operator')}`)
    expect(await answer.json()).toMatchObject({ scope: 'shop', token_type: 'Bearer', expires_in: day })
  })

  it.each([
    ['a wrong secret', 'customer:wrong', {}, 401, 'invalid_client'],
    ['no such client', 'stranger:wrong', {}, 401, 'invalid_client'],
    ['a scope that the client lacks', undefined, { scope: 'shop' }, 400, 'invalid_scope'],
    ['another audience', undefined, { resource: 'urn:another' }, 400, 'invalid_target'],
    ['another grant', undefined, { grant_type: 'password' }, 400, 'unsupported_grant_type']
  ])('is refused for %s', async (...[, login, wish, status, error]) => {
    const answer = await ask(wish as Record<string, string>, login ?? `customer:${await secretOf('customer')}`)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error })
    if (status === 401) expect(answer.headers.get('www-authenticate')).toContain('Basic ')
  })

  it('is for no page of another site', async () => {
    const { headers } = await ask({}, `customer:${await secretOf('customer')}`)
    expect(headers.has('access-control-allow-origin')).toBe(false)
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('the secrets', () => {
  it('are in files that only the owner can read', async () => {
    const files = await readdir(folder)
    expect(files.toSorted()).toEqual(['customer', 'operator', 'rider', 'shop', 'signing-keys.json'])
    for (const file of files) expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600)
    expect((await secretOf('shop')).length).toBe(43)
  })

  it('are all different, and outlast a restart, as the key does, even where the files can only be read', async () => {
    const secrets = await Promise.all(['customer', 'shop', 'rider', 'operator'].map(secretOf))
    expect(new Set(secrets).size).toBe(4)
    const [token, before] = [await tokenOf('shop'), await kids()]
    await auth.stop()
    await chmod(folder, 0o500)
    auth = await start()
    await chmod(folder, 0o700)
    expect(await Promise.all(['customer', 'shop', 'rider', 'operator'].map(secretOf))).toEqual(secrets)
    expect(await kids()).toEqual(before)
    await verify(token)
  })

  it('publishes no private part of a key', async () => {
    for (const key of JSON.parse(await keys()).keys)
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  })
})

describe('after a rotation', () => {
  it('the new key signs at once, and the old one stays until its last token has ended', async () => {
    const old = await tokenOf('rider')
    const [first] = await kids()
    const now = Date.now()
    const second = await rotateKey(folder, now)
    expect(await kids()).toEqual([second, first])
    expect(decodeProtectedHeader(await tokenOf('rider')).kid).toBe(second)
    await verify(old)

    const third = await rotateKey(folder, now + (day - 1) * 1000)
    expect(await kids()).toEqual([third, second, first])
    const fourth = await rotateKey(folder, now + (day + 60) * 1000)
    expect(await kids()).toEqual([fourth, third, second])
    expect(decodeProtectedHeader(await tokenOf('rider')).kid).toBe(fourth)
  })
})

it('logs who got a token and who did not, and no secret, key or token', async () => {
  const token = await tokenOf('customer')
  await ask({}, 'customer:a wrong secret')
  expect(logged).toContain('"clientId":"customer","msg":"token issued"')
  expect(logged).toContain('token refused')
  expect(logged).toContain('keys changed')
  const secrets = await Promise.all(['customer', 'shop', 'rider', 'operator'].map(secretOf))
  const file = JSON.parse(await readFile(join(folder, 'signing-keys.json'), 'utf8'))
  const privateParts = file.flatMap(({ jwk }: { jwk: Record<string, string> }) => [jwk['d'], jwk['p'], jwk['q']])
  const hidden = [...secrets, ...privateParts, token, token.split('.')[2], 'a wrong secret']
  for (const text of hidden) expect(logged).not.toContain(text)
})
