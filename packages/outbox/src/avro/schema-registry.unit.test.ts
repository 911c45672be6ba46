import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { authority, pemOf } from '../../test/certificates.ts'
import { checkSchemas, registeredSchemas, registryAddress, schemaRegistry } from './index.ts'

/** A registry that answers each request with this body. */
async function useAnswer(type: string, body: string) {
  let requests = 0
  const server = createServer((_, response) => {
    requests++
    response.writeHead(200, { 'content-type': type }).end(body)
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  return { registry: schemaRegistry({ url: `http://127.0.0.1:${port}` }), requests: () => requests }
}

it('names the address of an unreachable registry, without the password in its URL', async () => {
  const registry = schemaRegistry({ url: 'http://ann:secret@127.0.0.1:1/apis', timeoutMs: 500 })
  const asked = registry.find(7)
  await expect(asked).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE', retryable: true })
  await expect(asked).rejects.toThrow('The schema registry http://127.0.0.1:1/apis does not answer')
})

it('does not call the registry unavailable for a schema that is not valid Avro', async () => {
  const twice = { type: 'record', name: 'twice', fields: [] } as const
  const type = { type: 'record', name: 'order_placed', namespace: 'order' } as const
  const fields = ['a', 'b'].map(name => ({ name, type: twice }))
  const { registry, requests } = await useAnswer('application/json', JSON.stringify({ schema: '{"type":"nothing"}' }))
  await expect(registry.register({ ...type, fields })).rejects.toMatchObject({
    code: 'SCHEMA_REFUSED',
    retryable: false
  })
  expect(requests()).toBe(0)
  await expect(registry.find(7)).rejects.toMatchObject({ code: 'SCHEMA_UNKNOWN', retryable: false })
})

it('calls a proxy that answers with a page of its own unavailable', async () => {
  const { registry } = await useAnswer('text/html', '<h1>Maintenance</h1>')
  const message = expect.stringContaining('not JSON')
  await expect(registry.find(7)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE', retryable: true, message })
})

describe('a registry with TLS and a login', () => {
  const wanted = { basic: `Basic ${Buffer.from('ann:p@ss').toString('base64')}`, token: 'Bearer a token' }
  const schema = { type: 'record', name: 'order_placed', namespace: 'order', fields: [] } as const

  /** A registry that knows one schema, and gives it to ann and to the bearer of the token. */
  async function useSecured(certificate: 'trusted' | 'expired') {
    function answer({ headers }: IncomingMessage, response: ServerResponse): void {
      const isKnown = Object.values(wanted).includes(headers.authorization ?? '')
      const body = isKnown ? { schema: JSON.stringify(schema), id: 7 } : { message: 'Unauthorized' }
      response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const pem = pemOf(certificate)
    const server = createSecureServer({ key: pem, cert: pem }, answer)
    onTestFinished(() => void server.close())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return `127.0.0.1:${(server.address() as { port: number }).port}`
  }

  /** As NODE_EXTRA_CA_CERTS does for a process. */
  function trustAuthority(): void {
    const before = getCACertificates('default')
    onTestFinished(() => setDefaultCACertificates(before))
    setDefaultCACertificates([...before, authority])
  }

  it('gets the password of the URL, or the token, with each request', async () => {
    trustAuthority()
    const at = await useSecured('trusted')
    const addresses = [
      registryAddress(`https://ann:\${env:PASSWORD}@${at}`, { PASSWORD: 'p@ss' }),
      registryAddress(`https://${at}`, { SCHEMA_REGISTRY_TOKEN: '${env:TOKEN}', TOKEN: 'a token' }),
      { url: `https://${at}`, auth: { username: 'ann', password: 'p@ss' } }
    ]
    const event = { service: 'orders', subject: 'order.order_placed', schema }
    for (const address of addresses) {
      expect((await schemaRegistry(address).find(7)).id).toBe(7)
      const findings = await checkSchemas({ written: [event], read: [] }, registeredSchemas(address))
      expect(findings).toMatchObject([{ state: 'unchanged' }])
    }
  })

  it('says who is refused, and what is wrong with a certificate, without the password', async () => {
    const at = await useSecured('trusted')
    const expired = await useSecured('expired')
    const unknown = registryAddress(`https://ann:wrong@${at}`, {})
    const isRefused = (address: { url: string }, message: string) => {
      const refused = { code: 'REGISTRY_UNAVAILABLE', retryable: true, message }
      return Promise.all([
        expect(schemaRegistry(address).find(7)).rejects.toMatchObject(refused),
        expect(registeredSchemas(address).latest('order.order_placed')).rejects.toMatchObject(refused)
      ])
    }
    await isRefused(
      unknown,
      `The certificate of the schema registry at ${at} is not signed by an authority that this process knows: name it with NODE_EXTRA_CA_CERTS.`
    )
    trustAuthority()
    await isRefused(unknown, `The schema registry at ${at} refuses ann: the password or the token is wrong or missing.`)
    await isRefused({ url: `https://${expired}` }, `The certificate of the schema registry at ${expired} has expired.`)
  })
})
