import { afterAll, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { useConsoleBench } from '../testing/console-bench.ts'
import { launchBrowser } from '../testing/launch-browser.ts'

const launched = await launchBrowser()
afterAll(async () => {
  if (typeof launched !== 'string') await launched.close()
})

it.skipIf(typeof launched === 'string')(
  'calls rows by their configured name on every screen',
  async () => {
    const bench = await useConsoleBench({
      AGGREGATE_NAME: 'ping',
      AGGREGATE_TABLE: 'ping',
      AGGREGATE_EVENT: 'pinged',
      EFFECT_TABLE: 'pong',
      EFFECT_AGGREGATE_ID_COLUMN: 'ping_id',
      EFFECT_APPLIED_AT_COLUMN: 'answered_at',
      CONNECT_URL: ''
    })
    const [pings, pongs] = [bench.orders.db, bench.deliveries.db]
    await pings.raw('CREATE TABLE ping (id BIGINT PRIMARY KEY, text VARCHAR(20), created_at TIMESTAMP(6) DEFAULT NOW(6))')
    await pongs.raw('CREATE TABLE pong (ping_id BIGINT PRIMARY KEY, answered_at TIMESTAMP(6) DEFAULT NOW(6))')
    const page = await (launched as Browser).newPage({ locale: 'en-GB' })
    const faults: string[] = []
    page.on('pageerror', error => faults.push(error.message))
    const shows = async (path: string, text: RegExp) => {
      await page.goto(bench.url + path)
      await page.locator('main').filter({ hasText: text }).waitFor()
      const words = `${await page.title()} ${await page.locator('body').innerText()}`
      const strays = words.match(/.{0,40}(?<![\w./-])(orders?|deliveries)(?![\w-]|\.\w).{0,40}/gi)
      expect({ path, strays }).toEqual({ path, strays: null })
    }
    await shows('/orders', /No pings yet/)
    await pings('ping').insert([
      { id: 7, text: 'hello' },
      { id: 8, text: 'hello' }
    ])
    await pongs('pong').insert({ ping_id: 7 })
    await shows('/', /Newest pings.*#8.*#7/s)
    await shows('/orders', /#8.*#7/s)
    await shows('/orders/7', /Delivered/)
    await shows('/orders/999999999', /There is no ping 999999999/)
    for (const path of [
      '/topics',
      `/topics/${bench.topic}`,
      '/groups',
      '/connectors',
      '/parked',
      '/parked/a/7',
      '/time'
    ])
      await shows(path, /./)
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByText('go to Pings').waitFor()
    expect(faults).toEqual([])
  }
)
