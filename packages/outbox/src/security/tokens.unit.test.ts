import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { kafkajsSecurity, kafkaSecurity, platformaticSecurity } from './index.ts'
import { mskToken } from './msk-token.ts'
import { cachedToken } from './oauth-token.ts'

/** An OAuth server that gives a token to ann. */
async function useTokenServer(expiresIn: number) {
  const asked: string[] = []
  const server = createServer((request, response) => void answer(request, response))
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = String(Buffer.concat(await request.toArray()))
    asked.push(`${request.headers.authorization} ${body}`)
    const known = request.headers.authorization === `Basic ${Buffer.from('ann:s%20t').toString('base64')}`
    const text = known ? { access_token: `token-${asked.length}`, expires_in: expiresIn } : { error: 'invalid_client' }
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(text))
  }
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  const variables = (secret: string) => ({
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
    KAFKA_OAUTH_TOKEN_URL: `http://127.0.0.1:${port}/token`,
    KAFKA_OAUTH_CLIENT_ID: 'ann',
    KAFKA_OAUTH_CLIENT_SECRET: secret,
    KAFKA_OAUTH_SCOPE: 'kafka'
  })
  return { asked, variables, port }
}

it('gives both clients the token of an OAuth server, asked for once', async () => {
  const { asked, variables } = await useTokenServer(3600)
  const security = kafkaSecurity(variables('s t'))
  const { sasl } = kafkajsSecurity(security)
  if (sasl === undefined || !('oauthBearerProvider' in sasl)) throw new Error('kafkajs got no provider')
  expect(await sasl.oauthBearerProvider()).toEqual({ value: 'token-1' })
  expect(platformaticSecurity(security, ['b:1'])).toMatchObject({
    tlsServerName: true,
    sasl: { mechanism: 'OAUTHBEARER' }
  })
  const { sasl: platformatic } = platformaticSecurity(security, ['b:1'])
  expect(platformatic?.mechanism === 'OAUTHBEARER' && (await platformatic.token())).toBe('token-1')
  expect(asked).toEqual([expect.stringContaining('grant_type=client_credentials&scope=kafka')])
})

it('asks for each connection where a token has no lifetime, and shares one request', async () => {
  let asked = 0
  const token = cachedToken(() => Promise.resolve({ value: `token-${++asked}`, lifetimeMs: 0 }))
  expect(await Promise.all([token(), token()])).toEqual(['token-1', 'token-1'])
  expect(await token()).toBe('token-2')
})

it('says which token endpoint refuses, and asks again after it', async () => {
  const { variables, port, asked } = await useTokenServer(3600)
  const { sasl } = kafkaSecurity(variables('wrong'))
  if (sasl?.mechanism !== 'OAUTHBEARER') throw new Error('not OAUTHBEARER')
  const message = `The token endpoint http://127.0.0.1:${port}/token gave no token: 401 invalid_client`
  await expect(sasl.token()).rejects.toMatchObject({ code: 'KAFKA_REFUSED', message })
  await expect(sasl.token()).rejects.toThrow(message)
  expect(asked).toHaveLength(2)
})

it('takes a token from the signer of AWS, and says which package is missing', async () => {
  const regions: string[] = []
  const signer = {
    generateAuthToken({ region }: { region: string }) {
      regions.push(region)
      return Promise.resolve({ token: 'signed', expiryTime: Date.now() + 900_000 })
    }
  }
  const { value, lifetimeMs } = await mskToken('eu-west-1', () => Promise.resolve(signer))()
  expect({ value, regions }).toEqual({ value: 'signed', regions: ['eu-west-1'] })
  expect(lifetimeMs).toBeGreaterThan(800_000)
  const { sasl } = kafkaSecurity({
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SASL_MECHANISM: 'AWS_MSK_IAM',
    AWS_REGION: 'eu-west-1'
  })
  if (sasl?.mechanism !== 'OAUTHBEARER') throw new Error('not OAUTHBEARER')
  await expect(sasl.token()).rejects.toThrow(
    'KAFKA_SASL_MECHANISM=AWS_MSK_IAM needs the package aws-msk-iam-sasl-signer-js: npm install aws-msk-iam-sasl-signer-js'
  )
})

it('gives kafkajs each mechanism by its own name', () => {
  const login = { username: 'ann', password: 'secret' }
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)
    expect(kafkajsSecurity({ sasl: { mechanism, ...login } })).toEqual({
      sasl: { mechanism: mechanism.toLowerCase(), ...login }
    })
  expect(kafkajsSecurity({ tls: { ca: 'pem' } })).toEqual({ ssl: { ca: 'pem' } })
  expect(kafkajsSecurity({})).toEqual({})
  expect(platformaticSecurity({ tls: {} }, ['[::1]:9092'])).toEqual({ tls: {}, tlsServerName: false })
})
