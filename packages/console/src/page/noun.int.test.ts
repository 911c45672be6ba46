import { afterAll, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { useConsoleBench } from '../testing/console-bench.ts'
import { launchBrowser } from '../testing/launch-browser.ts'

const launched = await launchBrowser()
afterAll(async () => {
  if (typeof launched !== 'string') await launched.close()
})

it.skipIf(typeof launched === 'string')(
  'calls rows by their configured name on every screen, and a time that is NULL not known',
  async () => {
    const aggregate = { name: 'ping', table: 'ping' }
    const effect = { table: 'pong', aggregateIdColumn: 'ping_id', appliedAtColumn: 'answered_at' }
    const bench = await useConsoleBench({ CONNECT_URL: '' }, { events: ['pinged'], aggregate, effect })
    const [pings, pongs] = [bench.orders.db, bench.deliveries.db]
    await pings.raw('CREATE TABLE ping (id BIGINT PRIMARY KEY, text VARCHAR(20), created_at TIMESTAMP(6) NULL)')
    await pongs.raw('CREATE TABLE pong (ping_id BIGINT PRIMARY KEY, answered_at TIMESTAMP(6) NULL)')
    const page = await (launched as Browser).newPage({ locale: 'en-GB' })
    const faults: string[] = []
    page.on('pageerror', error => faults.push(error.message))
    const shows = async (path: string, text: RegExp) => {
      await page.goto(bench.url + path)
      await page.locator('main').filter({ hasText: text }).waitFor()
      const words = `${await page.title()} ${await page.locator('body').innerText()}`
      const strays = words.match(/.{0,40}(?<![\w./-])(orders?|deliveries|1970)(?![\w-]|\.\w).{0,40}/gi)
      expect({ path, strays }).toEqual({ path, strays: null })
    }
    await shows('/orders', /No pings yet/)
    await pings('ping').insert([
      { id: 7, text: 'hello' },
      { id: 8, text: 'hello' }
    ])
    await pongs('pong').insert({ ping_id: 7 })
    await shows('/', /Newest pings\s*8\s*hello\s*not known\s*on its way\s*7\s*hello\s*not known\s*delivered/)
    await shows('/orders', /8\s*hello\s*not known\s*not delivered yet\s*7\s*hello\s*not known\s*when is not known/)
    await shows('/orders/7', /Delivered\..*hello; when is not known.*its row is written; when is not known/s)
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
