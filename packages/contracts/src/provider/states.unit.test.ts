import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Verifier } from '@pact-foundation/pact'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { expect, it, onTestFinished } from 'vitest'
import { writeQuestions } from '../consumer/write-questions.ts'
import { createStates } from './states.ts'

/** Verifies one question, whose state is as given, on a provider that always answers 204. */
async function verify(states: Parameters<typeof createStates>[0]) {
  const dir = await tempFolder('pacts')
  await writeQuestions({
    consumer: 'purchase',
    provider: 'product',
    dir,
    questions: [
      {
        given: { state: 'a product exists', values: { name: 'Chair' } },
        about: 'a deletion',
        request: { method: 'DELETE', path: '/products/1' },
        response: { status: 204 },
        ask: url => fetch(`${url}/products/1`, { method: 'DELETE' })
      }
    ]
  })
  const server = createServer((_, response) => response.writeHead(204).end())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => void server.close())
  const { filter, reasons } = createStates(states)
  const verified = await new Verifier({
    provider: 'product',
    providerBaseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pactUrls: [join(dir, 'purchase-product.json')],
    requestFilter: filter,
    logLevel: 'error'
  })
    .verifyProvider()
    .then(
      () => true,
      () => false
    )
  return { verified, reasons: Object.fromEntries(reasons) }
}

it('makes a state true with the values of the question, once', async () => {
  const calls: unknown[] = []
  const made = await verify({ 'a product exists': async values => void calls.push(values) })
  expect(made).toEqual({ verified: true, reasons: {} })
  expect(calls).toEqual([{ name: 'Chair' }])
})

it('fails an interaction whose state the provider does not know', async () => {
  const unknown = { 'a product exists': 'The provider has no state "a product exists". It has: nothing exists.' }
  expect(await verify({ 'nothing exists': async () => undefined })).toEqual({ verified: false, reasons: unknown })
})

it('fails an interaction whose state cannot be made true', async () => {
  const failing = { 'a product exists': () => Promise.reject(new Error('the table is locked')) }
  const reason = `The provider can't reach the state "a product exists": the table is locked`
  expect(await verify(failing)).toEqual({ verified: false, reasons: { 'a product exists': reason } })
})
