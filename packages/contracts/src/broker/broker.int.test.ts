import { postgresUrl, type Stack, startStack } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { type Answer, fetchJson } from '@outbox-cdc/test-support/http'
import { createPostgres, noPostgres, urlOf, usePostgres } from '@outbox-cdc/test-support/use-postgres'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { uniqueName } from '@outbox-cdc/test-support/use-stack'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { aContract } from '../../test/a-contract.ts'
import { brokerSuite } from '../../test/broker-suite.ts'
import { officialTools } from '../../test/official-tools.ts'
import { runBroker } from '../../test/run-broker.ts'

const official = process.env['PACT_BROKER_BASE_URL']
const notSet = official === undefined ? 'PACT_BROKER_BASE_URL names no official broker' : undefined
const login = { username: 'anna', password: 'secret:with:colons' }
const browser = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }
const namesOf = () => ({ consumer: uniqueName('delivery'), provider: uniqueName('order') })

/** On a busy machine a wait for a lock may end with a 503, after which the tools try again. */
const answered = (send: () => Promise<Answer>) =>
  eventually(async () => {
    const answer = await send()
    expect(answer.status).not.toBe(503)
    return answer
  })

describe.skipIf(noPostgres !== undefined)('our broker', () => {
  let broker: Awaited<ReturnType<typeof runBroker>>
  let drop: () => Promise<void>

  beforeAll(async () => {
    const database = await createPostgres()
    drop = database.drop
    broker = await runBroker({ databaseUrl: urlOf(database.db) })
  })
  afterAll(async () => {
    await broker.stop()
    await drop()
  })

  brokerSuite('with the official clients', () => broker.url)

  it('makes one version of two publishes at once, and refuses the one that differs', async () => {
    const names = namesOf()
    const same = await Promise.all([1, 2, 3, 4].map(() => answered(() => broker.publish(aContract(names), '1'))))
    expect(same.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const differing = ['one', 'two'].map(quantity =>
      answered(() => broker.publish(aContract({ ...names, quantity }), '2'))
    )
    const statuses = (await Promise.all(differing)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200, 409]))
    const { body } = await broker.get(`/pacticipants/${names.consumer}/versions`)
    expect(body._embedded.versions.map((each: { number: string }) => each.number)).toEqual(['2', '1'])
  })

  it('numbers results that arrive at once one after the other', async () => {
    const names = namesOf()
    await broker.publish(aContract(names), '1')
    const reports = ['1', '2', '3', '4'].map(version =>
      answered(() => broker.report(names, { success: true, version }))
    )
    const hrefs = (await Promise.all(reports)).map(({ body }) => String(body._links.self.href))
    expect(new Set(hrefs.map(href => href.split('/').at(-1)))).toEqual(new Set(['1', '2', '3', '4']))
  })

  it('keeps a result for every version that publishes the same content', async () => {
    const names = namesOf()
    await broker.publish(aContract(names), '1')
    await broker.report(names, { success: true, version: '7' })
    await broker.publish(aContract(names), '2')
    const asked = `q[][pacticipant]=${names.consumer}&q[][version]=2&q[][pacticipant]=${names.provider}&q[][version]=7`
    const { body } = await broker.get(`/matrix?${asked}`)
    expect(body.summary).toMatchObject({ deployable: true, success: 1 })
  })

  it('shows the pages a contract with its interactions, its last result and its edge', async () => {
    const names = namesOf()
    await broker.publish(aContract(names), '1')
    await broker.report(names, { success: false, version: '7' })
    const { body: shown } = await broker.get(`/api/contracts/${names.consumer}/${names.provider}`)
    expect(shown).toMatchObject({
      kinds: ['http'],
      version: { number: '1', branches: ['main'] },
      verification: { success: false, providerVersion: '7' },
      interactions: [{ kind: 'http', request: { method: 'GET' }, response: { status: 200, body: { quantity: 95 } } }]
    })
    const page = await fetchJson(`${broker.url}/contracts/${names.consumer}/${names.provider}`, browser)
    expect(page).toMatchObject({ status: 200, text: expect.stringMatching(/^<!doctype html>/) })
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const { body: graph } = await broker.get('/api/graph')
    expect(graph.edges).toContainEqual({ from: names.consumer, to: names.provider, kind: 'http', status: 'failed' })
    const { body: matrix } = await broker.get(`/api/matrix?consumer=${names.consumer}`)
    expect(matrix.items).toMatchObject([{ provider: { version: '7' }, verification: { success: false } }])
  })

  it.each([
    ['a selector too many', { consumerVersionSelectors: Array.from({ length: 51 }, () => ({ latest: true })) }],
    ['a selector that selects nothing', { consumerVersionSelectors: [{}] }],
    ['a name that is too long', { consumerVersionSelectors: [{ branch: 'b'.repeat(256) }] }]
  ])('refuses %s, and says which field it is', async (_, asked) => {
    const { status, body } = await fetchJson(`${broker.url}/pacts/provider/order/for-verification`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(asked)
    })
    expect(status).toBe(400)
    expect(Object.keys(body.errors)[0]).toMatch(/^consumerVersionSelectors/)
  })

  it('asks for the login that is set, except for health', async () => {
    const guarded = await runBroker({ databaseUrl: urlOf(await usePostgres()), credentials: login })
    onTestFinished(guarded.stop)
    expect((await guarded.get('/')).status).toBe(401)
    expect((await guarded.get('/api/contracts')).status).toBe(401)
    expect((await guarded.get('/diagnostic/status/heartbeat')).status).toBe(200)
    expect((await guarded.get('/health/live')).status).toBe(200)
    const list = (password: string) =>
      officialTools(guarded.url, {
        username: login.username,
        password: password
      }).pactBroker('list-environments')
    expect(await list(login.password)).toMatchObject({ code: 0, output: expect.stringContaining('production') })
    expect((await list('wrong')).code).not.toBe(0)
  })
})

it.skipIf(noPostgres !== undefined)(
  'loses no contract when PostgreSQL is killed, and says that it is away',
  async () => {
    const stack = await startStack({ dir: await tempFolder('contracts'), parts: ['postgres'] })
    onTestFinished(() => stack.stopAll())
    const broker = await runBroker({ databaseUrl: urlIn(stack) })
    onTestFinished(broker.stop)
    const names = namesOf()
    await broker.publish(aContract(names), '1')
    await stack.part('postgres').kill()

    const away = await broker.get('/pacts/latest')
    expect(away).toMatchObject({
      status: 503,
      body: { detail: expect.stringMatching(/^The database does not answer\./) }
    })
    expect(away.headers.get('retry-after')).toBe('2')
    expect(await broker.publish(aContract(names), '2')).toMatchObject({ status: 503 })
    expect((await broker.get('/health/ready')).status).toBe(503)

    await stack.part('postgres').start()
    await eventually(async () => expect((await broker.get('/health/ready')).status).toBe(200))
    const { body } = await broker.get('/pacts/latest')
    expect(body.pacts).toHaveLength(1)
    expect(await broker.publish(aContract(names), '2')).toMatchObject({ status: 200 })
  }
)

it('says in one sentence that PostgreSQL is away when it starts', async () => {
  const starting = runBroker({ databaseUrl: 'postgres://anna:secret@127.0.0.1:1/contracts' })
  await expect(starting).rejects.toThrow(/^PostgreSQL at 127\.0\.0\.1:1 does not answer\. Start it, then/)
})

function urlIn({ postgres }: Stack): string {
  if (postgres === undefined) throw new Error('there is no PostgreSQL')
  return postgresUrl(postgres)
}

brokerSuite('the official broker', () => official ?? '', notSet)
