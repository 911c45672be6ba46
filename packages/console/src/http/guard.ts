import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Logger, Problem } from '@outbox-cdc/service-kit'
import type { Request, RequestHandler } from 'express'
import { onlyOwnFiles } from './serve-files.ts'

export const securityHeaders = (scriptHash: string): readonly RequestHandler[] => [
  onlyOwnFiles(scriptHash),
  (_, response, next) => {
    response.locals['requestId'] = randomBytes(8).toString('hex')
    next()
  }
]

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host)
}

/**
 * Without a token it serves only loopback names, so that a web page cannot rebind its own name to this server. In a
 * container, Prometheus reads the metrics under the container's name: a name without a dot, which no web page can have.
 */
export function onlyOwnNames({ inContainer }: { readonly inContainer: boolean }): RequestHandler {
  return (request, _, next) => {
    const name = (request.get('host') ?? '').replace(/:\d+$/, '')
    if (isLoopback(name) || (inContainer && request.path === '/metrics' && /^[a-z][\w-]*$/i.test(name))) return next()
    throw new Problem(403, { type: 'forbidden', title: 'Forbidden', detail: 'Ask for localhost, or set CONSOLE_TOKEN' })
  }
}

const cookieName = 'console_token'

/**
 * Requires the token once, by `Authorization: Bearer`, `?token=` or the sign-in form, and keeps it in a cookie. `base` is
 * the path under which a browser finds the page.
 */
export function requireToken(token: string, base: string): RequestHandler {
  return (request, response, next) => {
    const given = request.query['token'] ?? (request.path === '/sign-in' ? request.body?.token : undefined)
    if (typeof given === 'string' && isSame(given, token)) {
      response.cookie(cookieName, token, { httpOnly: true, sameSite: 'strict', path: `${base}/` })
      return response.redirect(303, `${base}${request.path === '/sign-in' ? '/' : request.path}`)
    }
    const bearer = /^Bearer (.+)$/.exec(request.get('authorization') ?? '')?.[1]
    if ([bearer, cookieOf(request)].some(offered => offered !== undefined && isSame(offered, token))) return next()
    if (request.accepts(['json', 'html']) === 'html') return response.status(401).type('html').send(signInPage(base))
    throw new Problem(401, { type: 'token-required', title: 'Token required', detail: 'Authorization: Bearer TOKEN' })
  }
}

const signInPage = (base: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Console</title>
<meta name="viewport" content="width=device-width">
<form method="post" action="${base}/sign-in"><p><label>CONSOLE_TOKEN <input type="password" name="token" autofocus></label>
<button>Open the console</button></p></form></html>`

function cookieOf(request: Request): string | undefined {
  const cookies = (request.get('cookie') ?? '').split(/;\s*/)
  const found = cookies.find(cookie => cookie.startsWith(`${cookieName}=`))
  return found && decodeURIComponent(found.slice(cookieName.length + 1))
}

function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}

/** No page of another origin can set one of these headers: a browser asks first, and this server grants nothing. */
function isSameOrigin(request: Request): boolean {
  const origin = request.get('origin')
  if (origin === undefined || request.get('sec-fetch-site') === 'same-origin') return true
  const host = URL.parse(origin)?.host
  return host !== undefined && [request.get('host'), request.get('x-forwarded-host')].includes(host)
}

export type ActionGuard = { readonly actionToken: string; readonly handlers: readonly RequestHandler[] }

/** Accepts only actions that the page itself sent, while actions are on, and logs each. */
export function guardActions(allowed: boolean, logger: Logger): ActionGuard {
  // Given to the page by a request that other origins cannot read.
  const actionToken = randomBytes(24).toString('base64url')
  const forbidden = (detail: string) => new Problem(403, { type: 'forbidden', title: 'Forbidden', detail })
  const guard: RequestHandler = (request, _, next) => {
    if (!allowed) throw forbidden('Actions are switched off (CONSOLE_ACTIONS=off)')
    if (!isSameOrigin(request))
      throw forbidden('Another origin may not act; a proxy must pass the Host header on, or send X-Forwarded-Host')
    if (!isSame(request.get('x-console-action') ?? '', actionToken))
      throw forbidden('The header X-Console-Action must hold actionToken of GET /api/about; reload the page')
    if (request.is('application/json') === false) throw forbidden('The body must be application/json')
    logger.info({ action: `${request.method} ${request.path}`, body: request.body, from: request.ip }, 'action')
    next()
  }
  return { actionToken, handlers: [guard] }
}
