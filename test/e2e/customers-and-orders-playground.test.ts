import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseEnv } from 'node:util'
import type { Fault, Invariant } from '@outbox-cdc/console/api/playground-schemas'
import { launchBrowser } from '@outbox-cdc/console/testing/launch-browser'
import { urlFor } from '@outbox-cdc/pipeline'
import knex from 'knex'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { get, post } from '../support/http.ts'
import { type TestPipeline, startTestPipeline } from '../support/test-pipeline.ts'

// What `npm start -- customers-and-orders --playground` breaks, with everything started once.
let pipeline: TestPipeline
let control: { readonly url: string; readonly token: string }
beforeAll(async () => {
  pipeline = await startTestPipeline({ system: 'customers-and-orders', playground: true, revive: true })
  const { PLAYGROUND_URL: url = '', PLAYGROUND_TOKEN: token = '' } = parseEnv(await readFile(file(), 'utf8'))
  control = { url, token }
})
afterAll(() => pipeline?.stop())

const file = () => join(pipeline.settings.dir, 'run/playground.env')
const url = (part: string, path: string) => `http://127.0.0.1:${pipeline.settings.ports[part]}${path}`

async function ask(what: string, { body, token = control.token }: { body?: object; token?: string } = {}) {
  const [method = '', path = ''] = what.split(' ')
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(control.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return { status: answer.status, body: JSON.parse(await answer.text()) }
}

async function begin(order: object): Promise<Fault> {
  const { status, body } = await ask('POST /faults', { body: order })
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}

const hasEnded = ({ id }: Fault) =>
  eventually(
    async () => {
      const { over } = (await ask('GET /faults')).body as { readonly over: readonly Fault[] }
      expect(over.find(one => one.id === id)).toMatchObject({ state: 'over' })
    },
    { timeoutMs: 240_000, everyMs: 200 }
  )

type Report = { readonly items: readonly Invariant[]; readonly checks: number }
const readInvariants = async () => (await get(url('oracle', '/invariants'))).body as Report

function requireNoViolation({ items }: Report): void {
  expect(items).toHaveLength(3)
  for (const { name, violations, lastViolation } of items)
    expect({ name, violations, lastViolation }).toEqual({ name, violations: [], lastViolation: null })
}

/** Waits until the oracle has checked everything once more. */
async function checkedAgain(): Promise<void> {
  const { checks } = await readInvariants()
  await eventually(
    async () => {
      const report = await readInvariants()
      requireNoViolation(report)
      expect(report.checks).toBeGreaterThan(checks + 1)
    },
    { timeoutMs: 240_000, everyMs: 200 }
  )
}

/** Places and cancels orders of few customers until it's stopped. A request that a fault breaks is no failure. */
async function startLoad() {
  const ended = new AbortController()
  const customers = await Promise.all(
    Array.from({ length: 5 }, () => post(url('customer-service', '/customers'), { name: 'Kim', creditLimit: 200 }))
  )
  const placed: number[] = []
  const placeOne = async (count: number) => {
    const customerId = customers[count % customers.length]?.body.id
    const order = { customerId, orderTotal: 1 + (count % 40) }
    const answer = await post(url('order-service', '/orders'), order).catch(() => undefined)
    if (answer?.status === 201) placed.push(answer.body.id)
    const chosen = placed[(count * 7) % placed.length]
    if (count % 3 === 0 && chosen !== undefined)
      await post(url('order-service', `/orders/${chosen}/cancel`), {}).catch(() => undefined)
  }
  const running = (async () => {
    const requests: Promise<void>[] = []
    for (let count = 0; !ended.signal.aborted; count++) {
      requests.push(placeOne(count))
      await sleep(150)
    }
    await Promise.all(requests)
  })()
  return {
    placed,
    async stop() {
      ended.abort()
      await running
    }
  }
}

it('lets only who can read its file break anything', async () => {
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  expect((await ask('GET /targets', { token: 'guess' })).status).toBe(401)
  const { targets } = (await ask('GET /targets')).body as { targets: readonly { kind: string; name: string }[] }
  expect(targets.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
    expect.arrayContaining([
      'service customer-service',
      'service order-service',
      'engine mysql',
      'link customer-service → mysql',
      'link connect → mysql',
      'topic orderTopic',
      'group order-service'
    ])
  )
  expect(targets.map(({ name }) => name)).not.toContain('console')
})

it('keeps every invariant while parts are stopped, killed, frozen, cut off and read again, and settles every order', async () => {
  const load = await startLoad()
  const faults = [
    { fault: 'kill', target: 'customer-service', seconds: 2 },
    { fault: 'freeze', target: 'customer-service', seconds: 3 },
    { fault: 'stop', target: 'customer-service', seconds: 2 },
    { fault: 'kill', target: 'order-service', seconds: 2 },
    { fault: 'cut', target: 'order-service → mysql', seconds: 3 },
    { fault: 'cut', target: 'connect → mysql', seconds: 3 },
    { fault: 'duplicate', target: 'orderTopic', records: 50 },
    { fault: 'duplicate', target: 'customerTopic', records: 50 },
    { fault: 'replay', target: 'customer-service' },
    { fault: 'replay', target: 'order-service' },
    { fault: 'kill', target: 'mysql', seconds: 2 },
    { fault: 'stop', target: 'mysql', seconds: 2 }
  ]
  for (const order of faults) {
    await hasEnded(await begin(order))
    await checkedAgain()
  }
  // Without a database the oracle may not say that anything holds.
  const frozen = await begin({ fault: 'freeze', target: 'mysql', seconds: 120 })
  await eventually(async () => {
    const { items } = await readInvariants()
    expect(items.map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown'])
  })
  expect((await ask(`DELETE /faults/${frozen.id}`)).status).toBe(200)
  await hasEnded(frozen)
  await checkedAgain()
  await load.stop()
  expect(load.placed.length).toBeGreaterThan(50)
  await eventually(
    async () => {
      const report = await readInvariants()
      requireNoViolation(report)
      expect(report.items.map(({ state }) => state)).toEqual(['holds', 'holds', 'holds'])
    },
    { timeoutMs: 240_000, everyMs: 500 }
  )
  const said = pipeline.logs.filter(line => line.startsWith('playground: '))
  expect(said[0]).toBe('playground: killed customer-service for 2 s (asked by the control API)')
  expect(said.join('\n')).toContain('sent the last 50 records of orderTopic again')
  // What is broken on purpose, or only waits for MySQL, is not taken for dead.
  expect(pipeline.logs.filter(line => line.includes('liveness probe'))).toEqual([])
})

it('breaks a service from the console, after one more question, and shows what became of it', async context => {
  const browser = await launchBrowser()
  if (typeof browser === 'string') return context.skip(browser)
  const page = await browser.newPage({ viewport: { width: 360, height: 800 } })
  page.setDefaultTimeout(120_000)
  await page.goto(url('console', '/break'))
  await page.getByText("No customer's reservations exceed the credit limit").waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  await page.getByLabel('For so many seconds').fill('100')
  await page.getByRole('button', { name: 'Freeze order-service' }).click()
  await page.getByRole('heading', { name: 'Freeze order-service for 100 s?' }).waitFor()
  expect((await ask('GET /faults')).body.running).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Freeze' }).click()
  await page.getByText('froze order-service for 100 s').waitFor()
  expect(await page.getByRole('button', { name: 'Kill order-service' }).isDisabled()).toBe(true)
  expect(pipeline.logs).toContain('playground: froze order-service for 100 s (asked by the console)')
  await page.getByRole('button', { name: 'End now' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click()
  await page.getByText('Nothing is broken on purpose').waitFor()
  await browser.close()
  await eventually(async () => expect((await get(url('order-service', '/health/ready'))).status).toBe(200))
})

it('turns red for a wrong limit and for services that disagree, and remembers it after it is repaired', async () => {
  const { settings, stack } = pipeline
  const at = { system: settings.system, stack, secretsDir: join(settings.dir, 'secrets') }
  const open = async (database: string, account: string) =>
    knex({ client: 'mysql2', connection: await urlFor(account, database, at), pool: { min: 0, max: 2 } })
  const customers = await open('customers', 'customer_service')
  const orders = await open('customer_orders', 'order_service')
  try {
    const { order_id: id, customer_id: customer } = await customers('reservation').where({ state: 'APPROVED' }).first()
    const { credit_limit: limit } = await customers('customer').where({ id: customer }).first()
    await customers('customer').where({ id: customer }).update({ credit_limit: 0 })
    await orders('customer_order').where({ id }).update({ state: 'REJECTED' })
    await eventually(async () => {
      const [limits, sums, agreement] = (await readInvariants()).items
      expect([limits?.state, sums?.state, agreement?.state]).toEqual(['violated', 'violated', 'violated'])
      expect(limits?.violations.join()).toMatch(
        new RegExp(`customer ${customer} has .* reserved, and the limit is 0.00`)
      )
      expect(agreement?.violations).toContain(`order ${id} is REJECTED, and APPROVED to customer-service`)
    })
    await customers('customer').where({ id: customer }).update({ credit_limit: limit })
    await orders('customer_order').where({ id }).update({ state: 'APPROVED' })
    await eventually(async () => {
      const { items } = await readInvariants()
      expect(items.map(({ state }) => state)).toEqual(['holds', 'holds', 'holds'])
      for (const { lastViolation } of items) expect(lastViolation).not.toBeNull()
    })
  } finally {
    await Promise.all([customers.destroy(), orders.destroy()])
  }
})
