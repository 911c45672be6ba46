import { contextOf, jsonBody, onlyMethods, Problem, type RequestContext, validated } from '@outbox-cdc/service-kit'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import { isOwnSite } from './other-sites.ts'
import { callerOf, requireToken } from './require-token.ts'
import { authUnavailable, type Caller, type VerifyToken } from './verify-token.ts'

const cookieName = 'session'
// No script can read it, and no request that another site begins has it.
const cookie = { httpOnly: true, sameSite: 'strict', path: '/' } as const

const text = (most: number) => z.string({ error: 'must be a text' }).min(1, 'must not be empty').max(most)
const loginSchema = z.strictObject({ client: text(100), secret: text(200) })
type Login = z.output<typeof loginSchema>

type Parts = {
  readonly authUrl: string
  readonly verify: VerifyToken
  /** Finds out who asks, and counts it. */
  readonly identified: readonly RequestHandler[]
  readonly limited: RequestHandler
}

/** `/session`: the page logs in with a client and its secret, and gets the client's token as a cookie. */
export function createSession({ authUrl, verify, identified, limited }: Parts): Router {
  const routes = Router()
  routes
    .route('/session')
    .get(...identified, requireToken(null), (_, response) => void response.json(shown(callerOf(response))))
    .post(limited, ...jsonBody, async (request, response) => {
      const login = validated(loginSchema, request.body, 'body')
      const token = await exchange(authUrl, login, contextOf(response))
      const caller = await verify(token)
      setCookie(response, token, caller)
      response.status(201).json(shown(caller))
    })
    .delete((_, response) => void response.clearCookie(cookieName, cookie).status(204).end())
    .all(onlyMethods('GET, HEAD, POST, DELETE'))
  return routes
}

/** The token of the page's own requests. */
export function cookieOf(request: Request): string | undefined {
  if (!isOwnSite(request)) return undefined
  return /(?:^|; *)session=([^;]+)/.exec(request.get('cookie') ?? '')?.[1]
}

function shown(caller: Caller | undefined) {
  return caller && { clientId: caller.clientId, scopes: caller.scopes, expiresAt: new Date(caller.expiresAt) }
}

function setCookie(response: Response, token: string, { expiresAt }: Caller): void {
  response.cookie(cookieName, token, { ...cookie, expires: new Date(expiresAt) })
}

async function exchange(authUrl: string, { client, secret }: Login, context: RequestContext): Promise<string> {
  const answer = await fetch(`${authUrl}/oauth/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from([client, secret].map(encodeURIComponent).join(':')).toString('base64')}`,
      'x-request-id': context.requestId,
      'x-correlation-id': context.correlationId
    },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal: AbortSignal.timeout(Math.max(1, context.deadline - Date.now()))
  })
    .then(async response => ({ status: response.status, text: await response.text() }))
    .catch(error => {
      throw authUnavailable("auth doesn't answer; the login has failed", error)
    })
  if (answer.status === 200) return JSON.parse(answer.text).access_token
  if (answer.status >= 500) throw authUnavailable(`auth answers ${answer.status}; the login has failed`)
  const detail = "There is no such client, or this isn't its secret"
  throw new Problem(401, {
    type: 'wrong-login',
    title: 'Not logged in',
    detail,
    headers: { 'WWW-Authenticate': 'Bearer' }
  })
}
