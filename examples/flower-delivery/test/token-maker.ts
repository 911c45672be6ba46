import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

type Claims = Readonly<Record<string, unknown>>
type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey']
type Key = { readonly kid: string; readonly privateKey: PrivateKey; readonly published: JWK }

/** In place of auth: publishes keys, signs whatever a test asks for, and takes one client's secret. */
export async function startTokenMaker() {
  const keys: Key[] = [await makeKey('first')]
  const asked = { keys: 0 }
  const server = createServer((request, response) => {
    if (request.url === '/.well-known/jwks.json') {
      asked.keys++
      return void response.end(JSON.stringify({ keys: keys.map(({ published }) => published) }))
    }
    if (!knowsSecret(request)) return void response.writeHead(401).end('{"error":"invalid_client"}')
    void maker.token().then(token => response.end(JSON.stringify({ access_token: token })))
  })
  let port = 0
  const listen = () =>
    new Promise<void>(resolve =>
      server.listen(port, '127.0.0.1', () => {
        ;({ port } = server.address() as AddressInfo)
        resolve()
      })
    )
  await listen()
  server.unref()
  const url = `http://127.0.0.1:${port}`
  const usual = { iss: url, aud: 'flower-delivery', sub: 'operator', client_id: 'operator', jti: '1' }

  const maker = {
    url,
    asked,
    key: (at = 0): Key => keys[at]!,
    publish: (key: Key): void => void keys.unshift(key),
    /** A token that is fine except for what the test changes; undefined removes a claim. */
    token(claims: Claims = {}, { kid, privateKey }: Key = keys[0]!): Promise<string> {
      const now = Math.floor(Date.now() / 1000)
      const all = { ...usual, scope: 'orders shop deliveries', iat: now, exp: now + 86_400, ...claims }
      return new SignJWT(all).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid }).sign(privateKey)
    },
    start: listen,
    stop: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
  return maker
}

/** The one client whose secret it takes. */
export const login = { client: 'operator', secret: 'a secret: 100%' }

function knowsSecret({ headers }: IncomingMessage): boolean {
  const given = Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64').toString()
  return given === [login.client, login.secret].map(encodeURIComponent).join(':')
}

export async function makeKey(kid: string): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  return { kid, privateKey, published: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' } }
}
