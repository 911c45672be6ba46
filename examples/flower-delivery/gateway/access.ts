import { type RequestHandler, Router } from 'express'
import { scopes } from './business-paths.ts'
import { limitRate } from './limit-rate.ts'
import { allowOrigins } from './other-sites.ts'
import { bearerOf, identify, requireToken } from './require-token.ts'
import { cookieOf, createSession } from './session.ts'
import { createTokenVerifier } from './verify-token.ts'

type Settings = {
  readonly authUrl: string
  readonly rateLimit: number
  readonly allowedOrigins: readonly string[]
}

/** What a request must get past before it reaches a service or the events, and the page's login. */
export function createAccess({ authUrl, rateLimit, allowedOrigins }: Settings) {
  const { verify, close } = createTokenVerifier(authUrl)
  const limited = limitRate(rateLimit)
  const identified = [identify(verify, request => bearerOf(request) ?? cookieOf(request)), limited]
  const routes = Router().use(forgetActor, ...allowOrigins(allowedOrigins))
  for (const [path, scope] of [...scopes, ['/events', null] as const])
    routes.all(`${path}{/*rest}`, ...identified, requireToken(scope))
  routes.use('/oauth', limited)
  routes.use(createSession({ authUrl, verify, identified, limited }))
  return { routes, close }
}

/** Only a token says who asks. */
const forgetActor: RequestHandler = (request, _, next) => {
  delete request.headers['x-actor']
  next()
}
