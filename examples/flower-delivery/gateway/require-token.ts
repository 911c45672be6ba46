import { Problem } from '@outbox-cdc/service-kit'
import type { Request, RequestHandler, Response } from 'express'
import type { Scope } from './business-paths.ts'
import { type Caller, InvalidToken, type VerifyToken } from './verify-token.ts'

type Asked = { readonly caller?: Caller; readonly refusal?: string }

const askedBy = new WeakMap<Response, Asked>()

export const callerOf = (response: Response): Caller | undefined => askedBy.get(response)?.caller

/**
 * Finds out who asks, and tells the services behind in `X-Actor`. They don't get the token. It refuses no request: `requireToken` does.
 */
export function identify(verify: VerifyToken, tokenOf: (request: Request) => string | undefined): RequestHandler {
  return async (request, response, next) => {
    const token = tokenOf(request)
    for (const name of ['authorization', 'cookie']) delete request.headers[name]
    const asked = token === undefined ? {} : await look(verify, token)
    askedBy.set(response, asked)
    if (asked.caller !== undefined) request.headers['x-actor'] = asked.caller.clientId
    next()
  }
}

async function look(verify: VerifyToken, token: string): Promise<Asked> {
  try {
    return { caller: await verify(token) }
  } catch (error) {
    if (error instanceof InvalidToken) return { refusal: error.message }
    throw error
  }
}

/** A 401 without a valid token, and a 403 where the scope is missing; null takes any valid token. */
export function requireToken(scope: Scope | null): RequestHandler {
  return (_, response, next) => {
    const { caller, refusal } = askedBy.get(response) ?? {}
    if (caller === undefined) {
      // The same text for every fault: it would only help those who try.
      const challenge = refusal === undefined ? 'Bearer' : 'Bearer error="invalid_token"'
      return void response.status(401).set('WWW-Authenticate', challenge).end()
    }
    if (scope === null || caller.scopes.includes(scope)) return next()
    const detail = `The token of ${caller.clientId} doesn't have the scope ${scope}`
    const headers = { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` }
    throw new Problem(403, { type: 'insufficient-scope', title: 'Forbidden', detail, headers })
  }
}

/** The token of an Authorization header. */
export function bearerOf(request: Request): string | undefined {
  return /^Bearer +(.+)$/i.exec(request.get('authorization') ?? '')?.[1]?.trim()
}
