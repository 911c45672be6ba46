import { Problem } from '@outbox-cdc/service-kit'
import type { RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { callerOf } from './require-token.ts'

export const windowSeconds = 10

/** Lets each client ask only so often, wherever it asks from; who has no valid token is counted by address. */
export function limitRate(most: number): RequestHandler {
  return rateLimit({
    windowMs: windowSeconds * 1000,
    limit: most,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'client',
    keyGenerator(request, response) {
      const caller = callerOf(response)
      return caller === undefined ? `address ${ipKeyGenerator(request.ip ?? '')}` : `client ${caller.clientId}`
    },
    // It has set Retry-After.
    handler(_, __, next) {
      const detail = `More than ${most} requests in ${windowSeconds} s; see Retry-After`
      next(new Problem(429, { type: 'too-many-requests', title: 'Too many requests', detail }))
    }
  })
}
