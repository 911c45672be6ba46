import { Admin } from '@platformatic/kafka'
import mysql from 'mysql2/promise'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { startConsoleProcess } from '@outbox-cdc/console/testing/console-process'
import { launchBrowser } from '@outbox-cdc/console/testing/launch-browser'
import { type OutboxRecord, produceOutbox } from '@outbox-cdc/console/testing/produce-outbox'
import { loadSystem } from '@outbox-cdc/pipeline'
import { eventually } from '../support/eventually.ts'
import { findBarriers } from '../support/find-barriers.ts'
import { get, post } from '../support/http.ts'
import { type TestPipeline, startTestPipeline } from '../support/test-pipeline.ts'

const launched = await launchBrowser()
if (typeof launched === 'string') console.log(`The console's browser tests are skipped: ${launched}`)

const [{ topic }] = (await loadSystem()).hops

const screens = {
  Flow: '/',
  Orders: '/orders',
  Sagas: '/sagas',
  'Sagas of order 1': '/sagas?aggregate=order&id=1',
  Topics: '/topics',
  Groups: '/groups',
  Connectors: '/connectors',
  [topic]: `/topics/${topic}?view=details`,
  'delivery-service': '/groups/delivery-service',
  'orders-connector': '/connectors/orders-connector',
  'Parked events': '/parked',
  Time: '/time',
  'Break it': '/break',
  'Nothing here': '/nowhere'
}

describe.skipIf(typeof launched === 'string')('the console', () => {
  const browser = launched as Browser
  const faults: string[] = []
  let pipeline: TestPipeline
  let page: Page
  let url = ''
  let lastOrder = 0

  beforeAll(async () => {
    pipeline = await startTestPipeline({ playground: true })
    url = `http://127.0.0.1:${pipeline.settings.ports.console}`
    lastOrder = await placeOrder()
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })
    page.setDefaultTimeout(120_000)
    page.on('pageerror', error => faults.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text()))
        faults.push(message.text())
    })
  })
  afterAll(async () => {
    await browser.close()
    await pipeline?.stop()
  })
  beforeEach(() => {
    faults.length = 0
  })

  async function placeOrder(order: object = { name: 'joon', quantity: 95 }): Promise<number> {
    return await eventually(async () => {
      const { status, body } = await post(`${pipeline.addresses.ORDER_SERVICE_URL}/order`, order)
      expect(status).toBe(201)
      return Number(body.id)
    })
  }

  async function sql(text: string, values: readonly unknown[] = []): Promise<mysql.RowDataPacket[]> {
    const { port, rootPassword: password } = pipeline.stack.mysql
    const root = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root', password })
    const [rows] = await root.query<mysql.RowDataPacket[]>(text, [...values])
    await root.end()
    return rows
  }

  const headline = () => page.locator('.headline')
  const says = (text: string | RegExp) => headline().filter({ hasText: text }).waitFor()
  const open = (path: string) => page.goto(`${url}${path}`)
  const confirm = (button: string) => page.locator('dialog').getByRole('button', { name: button }).click()

  const barriers = () => findBarriers(page)

  it('says after a start that all is well, and shows the five parts', async () => {
    await open('/')
    await says(/All is well/)
    expect(await page.locator('.part h2').allTextContents()).toEqual([
      'order-service',
      'MySQL',
      'Debezium',
      'Kafka',
      'delivery-service'
    ])
    await page.locator('.chart canvas').nth(1).waitFor()
    expect(faults).toEqual([])
  })

  it('has a screen at every address, and axe finds nothing serious on any, light, dark or narrow', async () => {
    for (const [title, path] of Object.entries(screens)) {
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', 360]
      ] as const) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 900 })
        await open(path)
        await page
          .getByRole('heading', { level: 1, name: title === 'Flow' ? /flow of orders/ : title })
          .waitFor({ state: 'attached' })
        await page.locator('main .loading').waitFor({ state: 'detached' })
        expect({ title, colorScheme, barriers: await barriers() }).toEqual({ title, colorScheme, barriers: [] })
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect({ title, width, overflow }).toEqual({ title, width, overflow: 0 })
      }
    }
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize({ width: 1280, height: 900 })
    expect(faults).toEqual([])
  })

  it('places an order on request and follows it through every stage', async () => {
    await open('/')
    await page.getByRole('button', { name: 'New order' }).click()
    await page.waitForURL(/\/orders\/\d+$/)
    await page.getByText(/^Delivered .* after its commit\.$/).waitFor()
    const stages = page.locator('.stage')
    expect(await stages.locator('h2').allTextContents()).toHaveLength(5)
    await page.locator('.stage.done').nth(4).waitFor()
    expect(await page.locator('.rail').textContent()).toMatch(
      /filebinlog\.\d+position\d+GTID[\da-f-]{36}:\d+.*partition \d, offset \d+.*delivery-service/s
    )
    expect(await stages.locator('.since').allTextContents()).toEqual(
      Array(5).fill(expect.stringMatching(/^(0|\+ .*) m?s$/))
    )
    expect(await page.locator('.record').textContent()).toContain('"quantity":')
    expect(await barriers()).toEqual([])
  })

  it('shows hostile values as text, and runs none of them', async () => {
    const hostile = '<img src=x onerror="document.title=`owned`"><script>document.title="owned"</script>'
    const id = await placeOrder({ name: hostile, quantity: 1 })
    await open(`/orders/${id}`)
    await page.locator('.record').waitFor()
    expect(await page.locator('.stage').first().textContent()).toContain(hostile.slice(0, 30))
    await open(`/topics/${topic}?key=${id}`)
    await page.locator('.record-line').click()
    await page.locator('.record').waitFor()
    expect(await page.locator('main img, main script').count()).toBe(0)
    const side = await sideTopic(pipeline)
    const headers = { correlation_id: hostile, [hostile]: hostile }
    await side([
      { eventId: 1, event: hostile, headers },
      { eventId: 2, value: hostile, headers }
    ])
    for (const record of [0, 1]) {
      await open(`/topics/side.topic`)
      await page.locator('.record-line').nth(record).click()
      await page.locator('.record').getByText(hostile).first().waitFor()
      expect(await page.locator('main img, main script').count()).toBe(0)
    }
    expect(await page.title()).not.toBe('owned')
    expect(faults).toEqual([])
  })

  it('finds a record by its text, and the address leads there again', async () => {
    const name = `needle${Date.now()}`
    const id = await placeOrder({ name, quantity: 3 })
    await eventually(async () => expect((await get(`${url}/api/orders/${id}`)).body.finished).toBe(true))
    await open(`/topics/${topic}`)
    await page.getByLabel('Text anywhere').fill(name)
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByText(/1 found. Ended because all was searched/).waitFor()
    await page.locator('.record-line').click()
    await page.reload()
    await page.locator('.record').getByText(`"name": "${name}"`).waitFor()
  })

  it('names Kafka Connect after its death, and recovers by itself', async () => {
    await open('/')
    await says(/All is well/)
    await pipeline.stack.part('connect-1').kill()
    await says(/Events do not leave MySQL: Kafka Connect does not answer/)
    expect(await headline().getAttribute('class')).toContain('stopped')
    lastOrder = await placeOrder()
    await open(`/orders/${lastOrder}`)
    await page.getByText(/waits for Debezium/).waitFor()
    await pipeline.stack.part('connect-1').start()
    await page.getByText(/^Delivered .* after its commit\.$/).waitFor()
    await says(/All is well/)
  })

  it.each([
    ['kafka-1', /Kafka (does not answer any more|has not answered)/],
    ['mysql', /MySQL (does not answer any more|has not answered)/]
  ])('names %s after its death, and heals by itself', async (part, sentence) => {
    await open('/')
    await says(/All is well/)
    await pipeline.stack.part(part).kill()
    await says(sentence)
    await pipeline.stack.part(part).start()
    lastOrder = await placeOrder()
    await says(/All is well/)
  })

  it('pauses and resumes a connector on request, each asked for once more, and says what is wrong between', async () => {
    await open('/connectors/orders-connector')
    await page.getByRole('button', { name: 'Pause' }).click()
    await confirm('Cancel')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Pause' }).click()
    await confirm('Pause')
    await says(/Events wait in MySQL: orders-connector is paused by a person/)
    await page.getByRole('button', { name: 'Resume' }).click()
    await confirm('Resume')
    await says(/All is well/)
  })

  it('moves a group only while it is stopped and its name was typed, and the inbox drops what was handled', async () => {
    const delivery = pipeline.services.get('delivery-service')
    await open('/groups/delivery-service')
    const move = page.getByRole('button', { name: 'To the beginning' })
    await move.waitFor()
    expect(await move.isDisabled()).toBe(true)
    await delivery?.stop()
    await says(/delivery-service at .* (has not answered|does not answer)/)
    await page.locator('.summary').getByText('no members').waitFor()
    const deliveries = async () => (await sql('SELECT COUNT(*) AS n FROM deliveries.delivery'))[0]?.['n']
    const before = await deliveries()
    await move.click()
    const yes = page.locator('dialog').getByRole('button', { name: 'Move it' })
    expect(await yes.isDisabled()).toBe(true)
    await page.getByLabel('Type delivery-service to go on').fill('delivery-servic')
    expect(await yes.isDisabled()).toBe(true)
    await page.getByLabel('Type delivery-service to go on').fill('delivery-service')
    await yes.click()
    await page.getByText('The group was moved').waitFor()
    await page.locator('tbody .state').getByText('caught up').first().waitFor({ state: 'detached' })
    await delivery?.start()
    await says(/All is well/)
    expect(await deliveries()).toBe(before)
  })

  it('works with nothing but Kafka, and says on each screen what is not configured', async () => {
    const server = await startConsoleProcess({ KAFKA_BROKERS: pipeline.stack.kafka.brokers.join(',') }, [
      { topic, group: 'delivery-service' }
    ])
    onTestFinished(() => server.stop())
    const expected = {
      '/': /^(?!.*(MySQL|Debezium)).*Kafka.*takes records/s,
      '/orders': /Set aggregate.url/,
      '/orders/1': /In Kafkapartition \d, offset \d+/,
      '/topics': topic,
      '/groups/delivery-service': /stable/,
      '/connectors': /Set CONNECT_URL/,
      '/parked': /Set effect.url/
    }
    for (const [path, text] of Object.entries(expected)) {
      await page.goto(`${server.url}${path}`)
      await page.locator('main').filter({ hasText: text }).waitFor()
      expect({ path, barriers: await barriers() }).toEqual({ path, barriers: [] })
    }
    await says(/This page cannot tell whether events flow: no keeper is configured/)
    expect(faults).toEqual([])
  })

  it('works under the path of a proxy: its files, its data, its links and its addresses', async () => {
    const server = await startConsoleProcess(
      { KAFKA_BROKERS: pipeline.stack.kafka.brokers.join(','), CONSOLE_BASE_PATH: '/tools/console' },
      [{ topic, group: 'delivery-service' }]
    )
    onTestFinished(() => server.stop())
    await page.goto(`${server.url}/tools/console/`)
    await says(/This page cannot tell whether events flow/)
    await page.getByRole('link', { name: 'Topics' }).click()
    await page.getByRole('link', { name: topic, exact: true }).click()
    await page.waitForURL(`${server.url}/tools/console/topics/${topic}`)
    await page.locator('.record-line').first().click()
    await page.reload()
    await page.locator('.record').waitFor()
    await page.goBack()
    await page.keyboard.press('g')
    await page.keyboard.press('c')
    await page.getByRole('link', { name: 'delivery-service' }).click()
    await page.waitForURL(`${server.url}/tools/console/groups/delivery-service`)
    await page.getByText('stable').waitFor()
    expect(faults).toEqual([])
  })

  it('works with the keyboard alone', async () => {
    await open('/')
    await says(/All is well/)
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Flow')
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByText('go to Topics').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('c')
    await page.waitForURL(/\/groups$/)
    await page.keyboard.press('/')
    await page.keyboard.type(String(lastOrder))
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`/orders/${lastOrder}$`))
    await page.goBack()
    expect(faults).toEqual([])
  })

  it('continues to read after the console was away', async () => {
    await open('/')
    await says(/All is well/)
    await pipeline.services.get('console')?.kill()
    await says(/The console itself does not answer/)
    await pipeline.services.get('console')?.start()
    await says(/All is well/)
  })

  it('uses the new token after the console was restarted', async () => {
    await open('/')
    await says(/All is well/)
    await pipeline.services.get('console')?.kill()
    await says(/The console itself does not answer/)
    await pipeline.services.get('console')?.start()
    await says(/All is well/)
    await page.getByRole('button', { name: 'New order' }).click()
    await page.getByText(/^Delivered .* after its commit\.$/).waitFor()
  })

  it('shows why an event is parked, and retries it when its cause is fixed', async () => {
    const id = 900_000 + lastOrder
    await produceOutbox(pipeline.stack.kafka.brokers, topic, [
      { eventId: id, payload: { name: 'x'.repeat(300), quantity: 1 } }
    ])
    await open('/parked')
    await page.getByRole('link', { name: String(id) }).click()
    await page.getByText(/1 event waits for a person/).waitFor()
    expect(await page.locator('.error').first().textContent()).toMatch(/too long/i)
    await says(/1 event is parked/)
    await sql('ALTER TABLE deliveries.delivery MODIFY name VARCHAR(1000) NOT NULL')
    await page.getByRole('button', { name: 'Retry' }).click()
    await confirm('Retry')
    await page.getByText('Nothing of this key waits any more').waitFor()
    expect(await sql('SELECT name FROM deliveries.delivery WHERE order_id = ?', [id])).toHaveLength(1)
    await says(/All is well/)
  })

  it('skips a parked event for good, with the note of the person who did it', async () => {
    const id = 950_000 + lastOrder
    await produceOutbox(pipeline.stack.kafka.brokers, topic, [
      { eventId: id, payload: { name: 'x'.repeat(2_000), quantity: 1 } }
    ])
    await open(`/orders/${id}`)
    await page.getByText('Parked: it waits for a person.').waitFor()
    await page.getByRole('button', { name: 'Skip for good' }).click()
    const yes = page.locator('dialog').getByRole('button', { name: 'Skip for good' })
    expect(await yes.isDisabled()).toBe(true)
    await page.getByLabel('Who are you, and why?').fill('joon: a test order')
    await yes.click()
    await page.locator('.rail').getByText('joon: a test order').waitFor()
    await says(/All is well/)
    expect(await sql('SELECT name FROM deliveries.delivery WHERE order_id = ?', [id])).toEqual([])
  })
})

/** A second topic, for records that the pipeline's consumer would refuse. */
async function sideTopic({ stack }: TestPipeline): Promise<(records: readonly OutboxRecord[]) => Promise<void>> {
  const topic = 'side.topic'
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [...stack.kafka.brokers] })
  await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 })
  await admin.close()
  return records => produceOutbox(stack.kafka.brokers, topic, records)
}
