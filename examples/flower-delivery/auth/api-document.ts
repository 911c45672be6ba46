import { describeApi } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { scopes } from './clients.ts'
import { paths } from './provider.ts'
import { tokenSeconds } from './signing-keys.ts'

const tokenSchema = z
  .object({
    access_token: z.string().meta({ description: 'A JWT, signed with RS256' }),
    expires_in: z.int().meta({ example: tokenSeconds }),
    scope: z.string().meta({ example: 'orders' }),
    token_type: z.literal('Bearer')
  })
  .meta({ id: 'Token' })

const refusalSchema = z
  .object({ error: z.string().meta({ example: 'invalid_client' }), error_description: z.string() })
  .meta({ id: 'OAuthError' })

const wishSchema = z.object({
  grant_type: z.literal('client_credentials'),
  scope: z
    .string()
    .optional()
    .meta({ description: `Some of: ${scopes.join(' ')}; all of the client's if left out` })
})

const keysSchema = z.object({ keys: z.array(z.object({ kid: z.string(), kty: z.string() })) }).meta({ id: 'Keys' })

const json = (description: string, schema: z.ZodType) => ({ description, content: { 'application/json': { schema } } })

export const apiDocument = describeApi(
  'auth',
  'Tokens for the clients of flower delivery, and the keys to check them.',
  [
    {
      method: 'post',
      path: paths.token,
      summary: 'Get a token for 24 hours',
      description: 'The client names itself by HTTP Basic.',
      request: { body: { required: true, content: { 'application/x-www-form-urlencoded': { schema: wishSchema } } } },
      responses: {
        200: json('The token', tokenSchema),
        400: json('The request is not valid', refusalSchema),
        401: json('No such client, or not its secret', refusalSchema)
      }
    },
    {
      method: 'get',
      path: paths.jwks,
      summary: 'Read the public keys',
      responses: { 200: json('A JSON Web Key Set: also replaced keys whose tokens may still be used', keysSchema) }
    }
  ]
)
