import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { schemaRegistry } from './index.ts'

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
