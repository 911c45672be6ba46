import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts, loadSystem, root, startPipeline } from '@outbox-cdc/pipeline'
import { launchBrowser } from './launch-browser.ts'
import { shoot } from './shoot.ts'

// The second half of npm run console:screens: the pictures of the sagas, from a pipeline of customers-and-orders.
const dir = join(root, '.data/saga-screens')
const overdueMs = 20_000

const browser = await launchBrowser()
if (typeof browser === 'string') throw new Error(browser)
await rm(dir, { recursive: true, force: true })
const system = await loadSystem('customers-and-orders')
const pipeline = await startPipeline(
  { system, dir, ports: await freePorts(system), brokers: 1, workers: 1 },
  { progress: (_, work) => work(), onLog: () => undefined }
)
const { CONSOLE_URL: url, CUSTOMER_SERVICE_URL: customers, ORDER_SERVICE_URL: orders } = pipeline.addresses
const service = pipeline.services.get('customer-service')
try {
  const page = await browser.newPage({ locale: 'en-GB', timezoneId: 'UTC' })
  await post(`${customers}/customers`, { name: 'Kim', creditLimit: '10000' })
  const first = await place('4000')
  for (const total of ['1200', '2500', '9000', '80']) await place(total)
  await sleep(5_000)
  const { items } = (await (await fetch(`${url}/api/sagas/order/${first}`)).json()) as {
    items: { correlationId: string }[]
  }
  await shoot(page, 'saga-light', { at: `${url}/sagas/${items[0]?.correlationId}` })
  await service?.stop()
  for (const total of ['55', '60']) await place(total)
  await sleep(overdueMs)
  await shoot(page, 'sagas-light', { at: `${url}/sagas` })
  await page.locator('.stuck-line').first().click()
  await shoot(page, 'saga-stuck-light', {})
} finally {
  await browser.close()
  await pipeline.stop()
  await rm(dir, { recursive: true, force: true })
}

async function place(orderTotal: string): Promise<number> {
  const { id } = (await (await post(`${orders}/orders`, { customerId: 1, orderTotal })).json()) as { id: number }
  return id
}

function post(to: string, body: object): Promise<Response> {
  return fetch(to, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}
