import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Answers,
  edgesOf,
  loadContract,
  type Participant,
  verifyProvider,
  writePacts
} from '@outbox-cdc/contracts'
import { loadSystem } from '@outbox-cdc/pipeline'
import { createDatabase } from '@outbox-cdc/test-support/use-stack'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'

const systems = await Promise.all(['shop', 'flower-delivery'].map(loadSystem))
const asked = edgesOf(systems).filter(({ kind }) => kind === 'http')
const providers = new Map(asked.map(({ provider }) => [provider.name, provider]))
let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pacts-'))
  await writePacts({ systems, dir })
})

afterAll(() => rm(dir, { recursive: true, force: true }))

async function mysql(): Promise<string> {
  const database = await createDatabase('contract')
  onTestFinished(() => database.drop())
  return database.url
}

async function verify({ system, service, ...provider }: Participant, change = (answers: Answers) => answers) {
  const contract = await loadContract({ system, service, ...provider })
  const answers = contract.answers && change(contract.answers)
  const whole = { ...contract, ...(answers !== undefined && { answers }) }
  return verifyProvider({ system: system.name, service: service.name, contract: whole, pacts: { dir }, mysql })
}

it('finds every service that another one asks', () => {
  expect([...providers.keys()]).toEqual(['shop.account', 'shop.product', 'flower-delivery.payment'])
})

it.each([...providers.values()])('$name answers what the others ask of it', async provider => {
  expect(await verify(provider)).toEqual({ provider: provider.name, ok: true, failures: [] })
})

/** The provider behind something that renames a field of its answers. */
const renaming =
  (from: string, to: string) =>
  (answers: Answers): Answers => ({
    ...answers,
    async start(mysqlUrl) {
      const { url, states, stop } = await answers.start(mysqlUrl)
      const renamed = async (path = ''): Promise<readonly [status: number, type: string, text: string]> => {
        const answer = await fetch(`${url}${path}`)
        const text = (await answer.text()).replace(`"${from}"`, `"${to}"`)
        return [answer.status, answer.headers.get('content-type') ?? '', text]
      }
      const front = createServer((request, response) => {
        void renamed(request.url).then(([status, type, text]) =>
          response.writeHead(status, { 'Content-Type': type }).end(text)
        )
      })
      await new Promise<void>(resolve => front.listen(0, '127.0.0.1', () => resolve()))
      onTestFinished(() => void front.close())
      return { url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`, states, stop }
    }
  })

it('names provider, consumer, request and field when an answer changes', async () => {
  const product = providers.get('shop.product') ?? expect.fail('no service asks product')
  expect(await verify(product, renaming('price', 'cost'))).toEqual({
    provider: 'shop.product',
    ok: false,
    failures: [
      {
        consumer: 'shop.purchase',
        interaction: 'a search for the name of a product',
        where: '$.price',
        what: expect.any(String)
      }
    ]
  })
})

it('fails a provider that does not know a state', async () => {
  const account = providers.get('shop.account') ?? expect.fail('no service asks account')
  const forgetful = (answers: Answers): Answers => ({
    ...answers,
    start: async mysqlUrl => ({ ...(await answers.start(mysqlUrl)), states: {} })
  })
  const { ok, failures } = await verify(account, forgetful)
  expect(ok).toBe(false)
  expect(failures.map(({ what }) => what)).toContainEqual(expect.stringContaining('no state "an account exists"'))
})
