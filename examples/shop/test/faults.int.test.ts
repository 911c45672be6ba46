import { createLogger } from '@outbox-cdc/service-kit'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { get, post } from '@outbox-cdc/test-support/http'
import type { TestDatabase } from '@outbox-cdc/test-support/use-stack'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { startFront } from './front.ts'
import { startProcess } from './service-process.ts'
import { createDatabaseOf, startService } from './start-service.ts'

const services = ['account', 'product'] as const
type Name = (typeof services)[number]
type Part = {
  readonly url: string
  readonly process: Awaited<ReturnType<typeof startProcess>>
  readonly front: Awaited<ReturnType<typeof startFront>>
}

const stops: (() => Promise<unknown>)[] = []
let parts: Readonly<Record<Name, Part>>
let purchases: TestDatabase

/** Each service once in this process, which stays well, and once in a process of its own and behind a front, which don't. */
async function startPart(folder: Name): Promise<Part> {
  const database = await createDatabaseOf(folder)
  stops.push(() => database.drop())
  const well = await startService(folder, { MYSQL_URL: database.url })
  stops.push(() => well.stop())
  const [child, front] = await Promise.all([startProcess(folder, database.url), startFront(well.url)])
  stops.push(
    () => child.kill(),
    () => front.stop()
  )
  return { url: well.url, process: child, front }
}

beforeAll(async () => {
  const [account, product, database] = await Promise.all([
    startPart('account'),
    startPart('product'),
    createDatabaseOf('purchase')
  ])
  ;[parts, purchases] = [{ account, product }, database]
  stops.push(() => database.drop())
  const { db } = database
  // A row of the outbox is deleted by the transaction that writes it.
  await db.raw('CREATE TABLE published (id BIGINT AUTO_INCREMENT PRIMARY KEY, purchase BIGINT)')
  await db.raw(
    'CREATE TRIGGER log_outbox AFTER INSERT ON outbox FOR EACH ROW INSERT INTO published VALUES (NULL, NEW.event_id)'
  )
  await post(`${account.url}/accounts`, { name: 'Kim', address: '1 Main Street' })
  await post(`${product.url}/products`, { name: 'Chair', price: '12.50' })
})
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop()
})

/** purchase with closed breakers, which asks one of the services at another URL. */
async function startPurchase(faulty: Name, faultyUrl: string) {
  const urls = { account: parts.account.url, product: parts.product.url, [faulty]: faultyUrl }
  const lines: { readonly msg: string; readonly ms?: number; readonly status?: number }[] = []
  const logger = createLogger('purchase', 'info', { write: line => void lines.push(JSON.parse(line)) })
  const variables = { MYSQL_URL: purchases.url, ACCOUNT_URL: urls.account, PRODUCT_URL: urls.product }
  const { url, stop } = await startService('purchase', variables, logger)
  onTestFinished(stop)
  const timed = async (path: string, body: unknown, timeoutMs?: number) => {
    const started = performance.now()
    const answer = await post(`${url}${path}`, body, timeoutMs ? { 'X-Timeout-Ms': String(timeoutMs) } : {})
    return { ...answer, took: performance.now() - started }
  }
  return {
    lines,
    quote: (timeoutMs?: number) =>
      timed('/purchases', { buyerName: 'Kim', productName: 'Chair', quantity: quantityOf[faulty] }, timeoutMs),
    confirm: (id: number, timeoutMs?: number) => timed(`/purchases/${id}/confirm`, {}, timeoutMs),
    async breaker() {
      const { text } = await get(`${url}/metrics`)
      const current = text.match(/^service_client_breaker{[^}]*} 1$/gm)?.find(line => line.includes(`to="${faulty}"`))
      return current?.match(/state="(\w+)"/)?.[1]
    }
  }
}

// Tells the purchases of two runs at the same time apart.
const quantityOf = { account: 1, product: 2 } as const
const publishedOf = (purchase: number) => purchases.db('published').where({ purchase })

/** Everything that a purchase in vain must leave as it was. */
async function rowsOf(faulty: Name) {
  const rows = await purchases.db('purchase').where({ quantity: quantityOf[faulty] }).orderBy('id')
  return {
    rows,
    published: await purchases.db('published').whereIn(
      'purchase',
      rows.map(({ id }) => id)
    )
  }
}

type Fault = {
  readonly urlOf: (part: Part) => string
  readonly start: (part: Part) => unknown
  readonly end: (part: Part) => unknown
}

const json = { 'Content-Type': 'application/json' }
const ofProcess = ({ process: { url } }: Part) => url
const ofFront = { urlOf: ({ front }: Part) => front.url, end: ({ front }: Part) => front.behave() }

const faults: readonly [string, Fault][] = [
  ['is down', { urlOf: ofProcess, start: part => part.process.kill(), end: part => part.process.startAgain() }],
  ['is frozen', { urlOf: ofProcess, start: part => part.process.freeze(), end: part => part.process.thaw() }],
  [
    'is slow',
    {
      ...ofFront,
      start: ({ front }) =>
        front.misbehave((_, response) => {
          response.writeHead(200, json).write('{"id":1,')
          const timer = setInterval(() => response.write(' '), 50)
          response.once('close', () => clearInterval(timer))
        })
    }
  ],
  [
    'answers nonsense',
    {
      ...ofFront,
      start: ({ front }) =>
        front.misbehave((_, response) => void response.writeHead(200, json).end('{"id":1,"name":"Kim"}'))
    }
  ]
]

/** What a buyer meets while one service has a fault, and afterwards. */
async function surviveFault(faulty: Name, { urlOf, start, end }: Fault) {
  const part = parts[faulty]
  const purchase = await startPurchase(faulty, urlOf(part))
  const { status, body } = await purchase.quote()
  expect(status).toBe(201)
  await start(part)

  const before = await rowsOf(faulty)
  for (const answer of [await purchase.quote(300), await purchase.confirm(body.id, 300)]) {
    expect(answer, answer.text).toMatchObject({ status: 503, body: { detail: expect.stringContaining(faulty) } })
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect(answer.took).toBeLessThan(1300)
  }

  await eventually(async () => {
    await purchase.quote(300)
    expect(await purchase.breaker()).toBe('open')
  })
  purchase.lines.length = 0
  for (let call = 0; call < 5; call++) {
    const refused = await purchase.confirm(body.id)
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([
      503,
      expect.toSatisfy(s => s >= 1 && s <= 3)
    ])
  }
  const requests = purchase.lines.filter(({ msg }) => msg === 'request')
  expect(Math.min(...requests.map(({ ms = Infinity }) => ms))).toBeLessThan(20)
  expect(await rowsOf(faulty)).toEqual(before)

  await end(part)
  await eventually(async () => expect((await purchase.confirm(body.id)).status).toBe(200))
  expect(await purchase.breaker()).toBe('closed')
  expect((await purchase.quote()).status).toBe(201)
  expect(await publishedOf(body.id)).toHaveLength(1)
}

it.each(faults)(
  'answers 503 and writes nothing while account or product %s, and goes on by itself afterwards',
  async (_, fault) => void (await Promise.all(services.map(faulty => surviveFault(faulty, fault))))
)

it('waits two seconds for a service that is frozen, or as long as the caller says', async () => {
  const { process: frozen } = parts.account
  const purchase = await startPurchase('account', frozen.url)
  onTestFinished(() => void frozen.thaw())
  frozen.freeze()
  const [short, usual] = await Promise.all([purchase.quote(300), purchase.quote()])
  expect([short.status, usual.status]).toEqual([503, 503])
  expect(short.took).toBeGreaterThan(200)
  expect(short.took).toBeLessThan(1300)
  expect(usual.took).toBeGreaterThan(1500)
  expect(usual.took).toBeLessThan(3500)
})
