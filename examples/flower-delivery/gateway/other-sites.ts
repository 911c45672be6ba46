import { Problem } from '@outbox-cdc/service-kit'
import cors from 'cors'
import type { Request, RequestHandler } from 'express'

const reading = ['GET', 'HEAD', 'OPTIONS']
const shown = 'Location, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, X-Request-Id'

/** Whether a request comes from the gateway's own page, or from no page. */
export function isOwnSite(request: Request): boolean {
  return ['none', 'same-origin'].includes(request.get('sec-fetch-site') ?? 'none')
}

/**
 * A page of another site may not change anything here with the browser of its reader, and may read nothing. Pages of the
 * allowed origins may do both, with a token of their own.
 */
export function allowOrigins(allowed: readonly string[]): readonly RequestHandler[] {
  const refuse: RequestHandler = (request, _, next) => {
    const isAllowed = allowed.includes(request.get('origin') ?? '')
    if (reading.includes(request.method) || isOwnSite(request) || isAllowed) return next()
    const detail = 'A page of another site may not change anything here'
    throw new Problem(403, { type: 'other-site', title: 'Forbidden', detail })
  }
  if (allowed.length === 0) return [refuse]
  return [refuse, cors({ origin: [...allowed], exposedHeaders: shown, maxAge: 600 })]
}
