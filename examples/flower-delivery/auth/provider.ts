import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '@outbox-cdc/service-kit'
import Provider, { type Configuration, errors } from 'oidc-provider'
import { type Client, scopes } from './clients.ts'
import { type SigningKeys, tokenSeconds } from './signing-keys.ts'

export const paths = { token: '/oauth/token', jwks: '/.well-known/jwks.json' } as const

/** Whom the tokens are for. */
const audience = 'flower-delivery'

export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

type Parts = { readonly issuer: string; readonly clients: readonly Client[]; readonly logger: Logger }

/** Answers with tokens that the first of the keys signs, and with the public parts of all keys. */
export function createProvider({ issuer, clients, logger }: Parts, keys: SigningKeys): Answer {
  const provider = new Provider(issuer, {
    ...configuration,
    clients: clients.map(({ id, secret, scope }) => ({
      ...byCredentials,
      client_id: id,
      client_secret: secret,
      scope
    })),
    jwks: { keys: keys.map(({ jwk }) => jwk) },
    features: { ...features, resourceIndicators: signedBy(keys[0]?.jwk.kid) }
  })
  // Which other sites may read an answer is said at the gateway, in one place.
  provider.use(async (context, next) => {
    await next()
    for (const name of corsHeaders) context.remove(name)
  })
  provider.on('grant.success', ({ oidc }) => logger.info({ clientId: oidc.client?.clientId }, 'token issued'))
  provider.on('grant.error', ({ oidc }, { error, error_detail: why }) =>
    logger.warn({ clientId: oidc.client?.clientId, error, why }, 'token refused')
  )
  provider.on('server_error', (_, error) => logger.error({ err: error }, 'request failed'))
  return provider.callback()
}

const corsHeaders = ['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers']

const byCredentials = {
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  token_endpoint_auth_method: 'client_secret_basic'
} as const

const features = {
  clientCredentials: { enabled: true },
  devInteractions: { enabled: false },
  pushedAuthorizationRequests: { enabled: false },
  rpInitiatedLogout: { enabled: false },
  userinfo: { enabled: false }
} as const

const configuration: Configuration = {
  scopes: [...scopes],
  routes: paths,
  // A token holds all that it says, and nothing is stored.
  adapter: nothingStored,
  ttl: { ClientCredentials: tokenSeconds },
  renderError: (context, out) => void (context.body = out)
}

function signedBy(kid = ''): NonNullable<NonNullable<Configuration['features']>['resourceIndicators']> {
  return {
    enabled: true,
    defaultResource: () => `urn:${audience}`,
    getResourceServerInfo({ oidc }, resource, client) {
      if (resource !== `urn:${audience}`) throw new errors.InvalidTarget()
      // Who asks for no scope gets all of its own.
      if (oidc.params) oidc.params['scope'] ??= client.scope
      const jwt = { sign: { alg: 'RS256', kid } } as const
      return { audience, scope: scopes.join(' '), accessTokenFormat: 'jwt', accessTokenTTL: tokenSeconds, jwt }
    }
  }
}

function nothingStored() {
  const none = () => Promise.resolve(undefined)
  return {
    upsert: none,
    find: none,
    findByUid: none,
    findByUserCode: none,
    consume: none,
    destroy: none,
    revokeByGrantId: none
  }
}
