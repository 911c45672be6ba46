import { createHash, timingSafeEqual } from 'node:crypto'
import { Problem } from '@outbox-cdc/service-kit'
import type { RequestHandler } from 'express'

export type Credentials = { readonly username: string; readonly password: string }

const open = /^\/(health\/(live|ready)|diagnostic\/status\/heartbeat)$/

/** Requires name and password for everything but health. */
export function requireLogin({ username, password }: Credentials): RequestHandler {
  const expected = digest(`${username}:${password}`)
  return (request, _, next) => {
    const given = /^Basic ([\w+/]+=*)$/i.exec(request.get('authorization') ?? '')?.[1] ?? ''
    const isRight = timingSafeEqual(digest(Buffer.from(given, 'base64').toString()), expected)
    if (isRight || open.test(request.path)) return next()
    throw new Problem(401, {
      type: 'login-required',
      title: 'Login required',
      detail: 'Name and password are missing or wrong; the tools send PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD',
      headers: { 'WWW-Authenticate': 'Basic realm="contract broker", charset="UTF-8"' }
    })
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/

/** Without a login, a broker on loopback serves only loopback names, so that no web page can rebind its own name to it. */
export function onlyLoopbackNames(host: string): RequestHandler {
  return (request, _, next) => {
    const name = (request.get('host') ?? '').replace(/:\d+$/, '')
    if (!loopback.test(host) || loopback.test(name)) return next()
    throw new Problem(403, {
      type: 'forbidden',
      title: 'Forbidden',
      detail: 'Ask for localhost, or set a name and a password'
    })
  }
}
