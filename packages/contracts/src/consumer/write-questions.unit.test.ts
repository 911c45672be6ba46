import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { expect, it } from 'vitest'
import { z } from 'zod'
import type { Question } from '../contract.ts'
import { aRequest } from './a-request.ts'
import { writeQuestions } from './write-questions.ts'

const schema = z.object({ name: z.string(), price: z.string().regex(/^\d+\.\d\d$/), hint: z.string().optional() })

const aQuestion = (wishes: Partial<Question> = {}): Question => ({
  given: { state: 'a product exists', values: { name: 'Chair' } },
  about: 'a search',
  request: { method: 'GET', path: '/search', query: { name: 'Chair' } },
  response: { status: 200, body: schema, example: { name: 'Chair', price: '12.50' } },
  ask(url) {
    const { clients, context } = aRequest()
    return clients.to('product', url).get('/search', { schema, query: { name: 'Chair' }, context })
  },
  ...wishes
})

const none: Question = aQuestion({ about: 'a search in vain', response: { status: 404 } })

async function write(...questions: readonly Question[]) {
  const dir = await tempFolder('pacts')
  const count = await writeQuestions({ consumer: 'purchase', provider: 'product', dir, questions })
  return { count, pact: JSON.parse(await readFile(join(dir, 'purchase-product.json'), 'utf8')) }
}

it('writes what the client sends, and the types of what it reads', async () => {
  const { count, pact } = await write(aQuestion(), none)
  expect(count).toBe(2)
  expect(pact.interactions).toMatchObject([
    {
      description: 'a search',
      providerStates: [{ name: 'a product exists', params: { name: 'Chair' } }],
      request: { method: 'GET', path: '/search', query: { name: ['Chair'] } },
      response: {
        status: 200,
        body: { content: { name: 'Chair', price: '12.50' } },
        matchingRules: {
          body: {
            '$.name': { matchers: [{ match: 'type' }] },
            '$.price': { matchers: [{ match: 'regex', regex: String.raw`^\d+\.\d\d$` }] }
          }
        }
      }
    },
    { description: 'a search in vain', response: { status: 404 } }
  ])
})

it.each<[string, Partial<Question>, RegExp]>([
  ['sends another request', { request: { method: 'GET', path: '/find' } }, /answered 500/],
  ['sends nothing', { ask: async () => undefined }, /expected but not received/],
  [
    'cannot read the answer',
    { response: { status: 200, body: z.object({ name: z.string() }) } },
    /not what was asked for/
  ]
])('refuses a question whose client %s, and writes nothing', async (_, wishes, why) => {
  const dir = await tempFolder('pacts')
  const questions = [aQuestion(wishes)]
  const written = writeQuestions({ consumer: 'purchase', provider: 'product', dir, questions })
  await expect(written).rejects.toThrow(/^The client of purchase doesn't get through "a search" to product: /)
  await expect(written).rejects.toThrow(why)
  expect(await readdir(dir)).toEqual([])
})
