import { expect, it } from 'vitest'
import { schemaRegistry } from './index.ts'

it('names the address of an unreachable registry, without the password in its URL', async () => {
  const registry = schemaRegistry({ url: 'http://ann:secret@127.0.0.1:1/apis', timeoutMs: 500 })
  const asked = registry.find(7)
  await expect(asked).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE', retryable: true })
  await expect(asked).rejects.toThrow('The schema registry http://127.0.0.1:1/apis does not answer')
})
