import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '@outbox-cdc/service-kit'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'

/** Who has sent a request. */
export type Caller = {
  readonly clientId: string
  readonly scopes: readonly string[]
  /** When the token ends, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** Says why a token is refused. */
export class InvalidToken extends Error {}

export type VerifyToken = (token: string) => Promise<Caller>

const audience = 'flower-delivery'
const timeoutMs = 1_000
// However many tokens name keys that don't exist, auth is asked only so often.
const leastMsBetweenReads = 200
const readAgainMs = 60_000

/**
 * Checks tokens with the keys of auth. A key that it doesn't know is looked up at auth again. Without auth, tokens of known keys
 * go on working; a key that is withdrawn there is refused here within a minute.
 */
export function createTokenVerifier(authUrl: string) {
  const keysUrl = new URL(`${authUrl.replace(/\/$/, '')}/.well-known/jwks.json`)
  const settings = { cacheMaxAge: Number.POSITIVE_INFINITY, cooldownDuration: Number.POSITIVE_INFINITY }
  const keys = createRemoteJWKSet(keysUrl, { ...settings, timeoutDuration: timeoutMs })
  const rules = { algorithms: ['RS256'], issuer: authUrl, audience, requiredClaims: ['exp', 'client_id'] }
  let nextRead: Promise<void> | undefined
  const refresh = setInterval(() => {
    if (keys.jwks() !== undefined) void keys.reload().catch(() => undefined)
  }, readAgainMs).unref()

  /** A read that begins after this call, so that it finds a key that was made before it. */
  function readKeys(): Promise<void> {
    nextRead ??= wait(leastMsBetweenReads).then(() => {
      nextRead = undefined
      return keys.reload()
    })
    return nextRead
  }

  async function payloadOf(token: string): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, keys, rules)).payload
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      await readKeys()
      return (await jwtVerify(token, keys, rules)).payload
    }
  }

  return {
    verify: async (token: string): Promise<Caller> => {
      const payload = await payloadOf(token).catch(error => {
        throw refusalOf(error)
      })
      const { client_id: clientId, scope = '', exp = 0 } = payload
      return { clientId: String(clientId), scopes: String(scope).split(' '), expiresAt: exp * 1000 }
    },
    close: () => clearInterval(refresh)
  }
}

// What jose throws when the keys could not be read, rather than because of the token.
const unreadable = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']

function refusalOf(cause: unknown): Error {
  if (cause instanceof errors.JOSEError && !unreadable.includes(cause.code))
    return new InvalidToken(cause.message, { cause })
  return authUnavailable("this token's key is not known here, and auth doesn't answer; nothing was changed", cause)
}

export function authUnavailable(why: string, cause?: unknown): Problem {
  const headers = { 'Retry-After': '2' }
  const detail = `${why}. Try again in 2 s.`
  return new Problem(503, { type: 'unavailable', title: 'Not available now', detail, headers }, { cause })
}
