import { launchBrowser } from '@outbox-cdc/console/testing/launch-browser'
import { createLogger } from '@outbox-cdc/service-kit'
import { findBarriers } from '@outbox-cdc/test-support/find-barriers'
import { get, post } from '@outbox-cdc/test-support/http'
import { createPostgres, noPostgres, urlOf } from '@outbox-cdc/test-support/use-postgres'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Broker, createBroker } from './create-broker.ts'

const launched = await launchBrowser()
const hostile = '<img src=x onerror="document.title=`owned`">'

describe.skipIf(typeof launched === 'string' || noPostgres !== undefined)('the pages of the broker', () => {
  const browser = launched as Browser
  const faults: string[] = []
  let database: Awaited<ReturnType<typeof createPostgres>>
  let broker: Broker
  let page: Page
  let url = ''

  beforeAll(async () => {
    database = await createPostgres()
    const logger = createLogger('contract-broker', 'silent')
    broker = createBroker({ databaseUrl: urlOf(database.db), host: '127.0.0.1', port: 0, logger })
    url = `http://127.0.0.1:${await broker.start()}`
    page = await browser.newPage({ locale: 'en-GB' })
    page.setDefaultTimeout(60_000)
    page.on('pageerror', error => faults.push(error.message))
    page.on('console', message => void (message.type() === 'error' && faults.push(message.text())))
  })
  afterAll(async () => {
    await browser.close()
    await broker?.stop()
    await database?.drop()
  })

  const open = (path: string) => page.goto(url + path)
  const contract = { consumer: 'shop.purchase', provider: 'shop.product' }

  it('say what to type while there is no contract', async () => {
    for (const path of ['/', '/matrix', '/network']) {
      await open(path)
      await page.getByText('npm run contracts -- check').waitFor()
    }
  })

  it('lead from the list to each field of a contract, and to the field that failed', async () => {
    await publish({ ...contract, interactions: [search, stockChanged] })
    await publish({ consumer: 'delivery-service', provider: 'order-service', interactions: [orderCreated] })
    await verify(contract, [])
    const missing = { attribute: 'body', identifier: '$.payload.quantity', description: 'quantity is missing' }
    await verify({ consumer: 'delivery-service', provider: 'order-service' }, [missing])
    await open('/')
    await page.getByText('1 failed').waitFor()
    await page.getByText('1 verified').waitFor()
    await page.getByLabel('Name').fill('PRODUCT')
    await page.getByText('1 failed').waitFor({ state: 'detached' })
    expect(await page.locator('tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/shop\.purchase.*shop\.product\s+verified.*HTTP and messages\s+1\.0\.0 branch main/s)
    ])
    await page.getByRole('link', { name: 'shop.purchase and shop.product' }).click()
    await page.getByRole('heading', { level: 1, name: 'shop.purchase and shop.product' }).waitFor()
    await page.locator('.interaction').nth(1).waitFor()
    const words = await page.locator('main').innerText()
    expect(words).toMatch(/Given a product exists id = 1.*GET \/products\/1.*id\s+1\s+type: integer/s)
    expect(words).toMatch(/quantity\s+3\s+type: integer.*key\s+{"event_id":1}\s+matches \^{"event_id":\\d\+}\$/s)
    await open('/contracts/delivery-service/order-service')
    const failed = page.locator('tr.stopped')
    expect(await failed.innerText()).toMatch(/quantity\s+95\s+exactly this\s+quantity is missing/)
    expect(faults).toEqual([])
  })

  it('show hostile text as text', async () => {
    await open('/contracts/shop.purchase/shop.product')
    await page.getByRole('heading', { name: hostile }).waitFor()
    expect(await page.locator('main img').count()).toBe(0)
    expect(await page.title()).toBe('shop.purchase and shop.product · outbox-cdc')
  })

  it('show which version was verified with which, of one pair alone too, and lead to the contract of that version', async () => {
    await open('/matrix')
    await page.locator('tbody tr').nth(1).waitFor()
    await page.getByRole('combobox', { name: 'Consumer' }).selectOption('delivery-service')
    await page.locator('tbody tr').nth(1).waitFor({ state: 'detached' })
    expect(await page.locator('tbody tr').innerText()).toMatch(
      /delivery-service\s+1\.0\.0 branch main\s+failed.*order-service\s+2\.0\.0/s
    )
    await page.getByRole('link', { name: 'delivery-service' }).click()
    await page.waitForURL(/\/contracts\/delivery-service\/order-service\?version=1\.0\.0$/)
    await page.getByRole('heading', { name: 'order_created' }).waitFor()
  })

  it('draw an edge for each kind of contract, which leads to it by mouse and by keyboard', async () => {
    await open('/network')
    const edges = page.locator('svg a')
    await edges.nth(2).waitFor()
    const said = await edges.evaluateAll(all => all.map(edge => edge.getAttribute('aria-label') ?? ''))
    expect(said).toHaveLength(3)
    expect(new Set(said)).toEqual(
      new Set([
        'delivery-service reads messages of order-service: failed',
        'shop.purchase asks shop.product over HTTP: verified',
        'shop.purchase reads messages of shop.product: verified'
      ])
    )
    const failed = page.getByRole('link', { name: /order-service: failed/ }).first()
    await failed.focus()
    await page.locator('.said').getByText('delivery-service reads messages of order-service: failed').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'delivery-service and order-service' }).waitFor()
  })

  it.each(['/', '/contracts/shop.purchase/shop.product', '/matrix', '/network'])(
    'are free of what axe calls serious at %s, light and dark, and fit a phone',
    async path => {
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', 360]
      ] as const) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 900 })
        await open(path)
        await page.locator('table').first().waitFor()
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect({ width, overflow, barriers: await findBarriers(page) }).toEqual({ width, overflow: 0, barriers: [] })
      }
      expect(faults).toEqual([])
    }
  )

  it('leave JSON to the tools at the same addresses, and lead there from those that the tools print', async () => {
    const hal = await fetch(url, { headers: { accept: 'application/hal+json' } })
    expect(hal.headers.get('content-type')).toContain('json')
    const html = { accept: 'text/html' }
    const printed = '/pacts/provider/shop.product/consumer/shop.purchase/latest'
    const led = await fetch(url + printed, { headers: html, redirect: 'manual' })
    expect(led.headers.get('location')).toBe('/contracts/shop.purchase/shop.product')
    expect((await fetch(url + printed)).headers.get('content-type')).toContain('json')
  })

  type Pair = { readonly consumer: string; readonly provider: string }

  async function publish({ consumer, provider, interactions }: Pair & { readonly interactions: readonly object[] }) {
    const file = {
      consumer: { name: consumer },
      provider: { name: provider },
      interactions,
      metadata: { pactSpecification: { version: '4.0' } }
    }
    const content = Buffer.from(JSON.stringify(file)).toString('base64')
    const body = {
      pacticipantName: consumer,
      pacticipantVersionNumber: '1.0.0',
      branch: 'main',
      contracts: [
        {
          consumerName: consumer,
          providerName: provider,
          specification: 'pact',
          contentType: 'application/json',
          content
        }
      ]
    }
    expect((await post(`${url}/contracts/publish`, body)).status).toBe(200)
  }

  async function verify({ consumer, provider }: Pair, mismatches: readonly object[]) {
    const { body } = await get(`${url}/pacts/provider/${provider}/consumer/${consumer}/latest`)
    const interactions: { _id: string }[] = body.interactions
    const success = mismatches.length === 0
    const testResults = interactions.map(({ _id: interactionId }) => ({ interactionId, success, mismatches }))
    const result = { success, providerApplicationVersion: '2.0.0', testResults }
    expect((await post(body._links['pb:publish-verification-results'].href, result)).status).toBe(201)
  }
})

const type = { combine: 'AND', matchers: [{ match: 'type' }] }
const integer = { combine: 'AND', matchers: [{ match: 'integer' }] }
const json = (content: object) => ({ contentType: 'application/json', encoded: false, content })

const search = {
  type: 'Synchronous/HTTP',
  description: hostile,
  providerStates: [{ name: 'a product exists', params: { id: 1 } }],
  request: { method: 'GET', path: '/products/1' },
  response: {
    status: 200,
    body: json({ id: 1, name: 'Rose' }),
    matchingRules: { body: { '$.id': integer, '$.name': type } }
  }
}

const stockChanged = {
  type: 'Asynchronous/Messages',
  description: 'stock_changed',
  contents: json({ event: 'stock_changed', payload: { quantity: 3 } }),
  metadata: { key: '{"event_id":1}' },
  matchingRules: {
    body: { '$.payload.quantity': integer },
    metadata: { key: { combine: 'AND', matchers: [{ match: 'regex', regex: String.raw`^{"event_id":\d+}$` }] } }
  }
}

const orderCreated = {
  type: 'Asynchronous/Messages',
  description: 'order_created',
  contents: json({ payload: { quantity: 95 } }),
  metadata: {}
}
