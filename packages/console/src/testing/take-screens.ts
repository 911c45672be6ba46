import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { launchBrowser } from './launch-browser.ts'
import { produceOutbox } from './produce-outbox.ts'
import { shoot } from './shoot.ts'
import { freePorts, loadSystem, root, startPipeline } from '@outbox-cdc/pipeline'

// npm run console:screens: takes the pictures in docs/screens again, from a pipeline of its own under traffic.
const warmMs = 150_000
const dir = join(root, '.data/console-screens')
const names = ['joon', 'mina', 'theo', 'aiko', 'sam', 'lena', 'omar', 'ines']

const browser = await launchBrowser()
if (typeof browser === 'string') throw new Error(browser)
await rm(dir, { recursive: true, force: true })
const system = await loadSystem()
const [{ topic }] = system.hops
const pipeline = await startPipeline(
  { system, dir, ports: await freePorts(system), brokers: 1, workers: 1 },
  { progress: (_, work) => work(), onLog: () => undefined }
)
const url = pipeline.addresses['CONSOLE_URL'] ?? ''
const ended = new AbortController()
try {
  const traffic = placeOrders()
  const page = await browser.newPage({ locale: 'en-GB', timezoneId: 'UTC' })
  await sleep(warmMs)
  await shootScreens(page)
  await shootTrouble(page)
  ended.abort()
  await traffic
} finally {
  ended.abort()
  await browser.close()
  await pipeline.stop()
  await rm(dir, { recursive: true, force: true })
}

/** Forty orders a second, more or less. */
async function placeOrders(): Promise<void> {
  for (let count = 0; !ended.signal.aborted; count++) {
    const body = JSON.stringify({ name: names[count % names.length], quantity: 1 + ((count * 37) % 99) })
    const headers = { 'content-type': 'application/json', traceparent: traceOf(count) }
    void fetch(`${pipeline.addresses['ORDER_SERVICE_URL']}/order`, { method: 'POST', headers, body }).catch(
      () => undefined
    )
    await sleep(1_000 / (40 + 18 * Math.sin(Date.now() / 17_000)))
  }
}

function traceOf(count: number): string {
  return `00-${(0x1000_0000 + count).toString(16).repeat(4)}-b7ad6b7169203331-01`
}

async function shootScreens(page: Page): Promise<void> {
  const list = (await (await fetch(`${url}/api/topics/${topic}/records?limit=9`)).json()) as {
    items: { key: string }[]
  }
  await shoot(page, 'flow-light', { at: `${url}/` })
  await shoot(page, 'flow-narrow', { at: `${url}/`, width: 390, height: 1_000 })
  await shoot(page, 'order-dark', { at: `${url}/orders/${list.items[8]?.key}` })
  await shoot(page, 'topic-light', { at: `${url}/topics/${topic}` })
  await shoot(page, 'group-light', { at: `${url}/groups/delivery-service` })
  await shoot(page, 'connector-light', { at: `${url}/connectors/orders-connector` })
  await shoot(page, 'time-dark', { at: `${url}/time?minutes=10` })
}

/** A dead Connect, then a parked event. */
async function shootTrouble(page: Page): Promise<void> {
  await page.goto(url)
  await pipeline.stack.part('connect-1').kill()
  await sleep(9_000)
  await shoot(page, 'flow-stopped', { width: 1_440, height: 640 })
  await pipeline.stack.part('connect-1').start()
  await page.getByText('All is well').waitFor({ timeout: 300_000 })
  const key = 1_000_001
  await produceOutbox(pipeline.stack.kafka.brokers, topic, [
    { eventId: key, payload: { name: 'x'.repeat(300), quantity: 1 } }
  ])
  await sleep(4_000)
  await shoot(page, 'parked-light', { at: `${url}/parked/delivery-service/${encodeURIComponent(`order/${key}`)}` })
}
