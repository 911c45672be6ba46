import { createInboxTables, eventKey } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import type { Browser, Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import { type ConsoleBench, useConsoleBench } from '../testing/console-bench.ts'
import { launchBrowser } from '../testing/launch-browser.ts'
import { engines, type TestEngine } from '../testing/use-engines.ts'

const launched = await launchBrowser()
if (typeof launched === 'string') console.log(`· skipped: ${launched}`)
afterAll(async () => {
  if (typeof launched !== 'string') await launched.close()
})

const plain = ['0190163d-8694-739b-aea5-966c26f8ad91', '01JDQ4ZK9H1TRAYS8S0RZQW3YF', 'a-slug', 'a', 'A', '😀']
const alike = ['a ', ' a', 'a\n', 'a\u202eb', 'ä', 'a\u0308', '7', '07', '1e3', '1000', 'null', 'e\u0301'.repeat(85)]
const signs = [
  'x/y',
  '../app.js',
  '100%',
  '%2F',
  '?a=b&c',
  '#1',
  "o'hara(1)*!",
  '"q"',
  '<img src=x onerror="alert(1)">'
]
const ids = [...plain, ...alike, ...signs]

/** Accounts with these ids, whose events are parked, and customers with the same ids. */
async function useAccounts(engine: TestEngine) {
  const { db, url } = await engine.use()
  await createInboxTables(db)
  await db.raw(`CREATE TABLE account (id ${engine.text} PRIMARY KEY, owner VARCHAR(20), created_at ${engine.time})`)
  await db.raw(`CREATE TABLE closing (account_id ${engine.text} PRIMARY KEY, closed_at ${engine.time})`)
  const now = new Date().toISOString().slice(0, 23)
  await db('account').insert(ids.map((id, index) => ({ id, owner: `owner-${index}`, created_at: engine.at(db, now) })))
  const aggregate = { url, name: 'account', table: 'account' }
  const effect = { url, table: 'closing', aggregateIdColumn: 'account_id', appliedAtColumn: 'closed_at' }
  const bench = await useConsoleBench({ CONNECT_URL: '' }, { events: ['account_opened'], aggregate, effect })
  const headers = (aggregate: string, index: number) => ({ aggregate, message_id: `${aggregate}-${index}` })
  await bench.produce([
    ...ids.map((eventId, index) => ({ eventId, event: 'customer_moved', headers: headers('customer', index) })),
    ...ids.map((eventId, index) => ({ eventId, event: 'account_opened', headers: headers('account', index) }))
  ])
  await park(db, bench)
  return { db, bench }
}

async function park(db: Knex, { group: consumer, topic }: ConsoleBench): Promise<void> {
  const keys = ids.flatMap((id, index) =>
    ['account', 'customer'].map(aggregate => {
      const event_key = eventKey(aggregate, id)
      const record_key = Buffer.from(JSON.stringify({ event_id: id }))
      const record_headers = JSON.stringify({ aggregate })
      const message = { message_id: `${aggregate}-${index}`, event: `${aggregate}_opened`, record_key, record_headers }
      const place = { topic, partition_no: 0, record_offset: index, record_time: -1 }
      return { consumer, event_key, reason: 'REFUSED', error: 'no', ...message, ...place }
    })
  )
  await db('parked_key').insert(keys.map(({ consumer, event_key, reason }) => ({ consumer, event_key, reason })))
  await db('parked_event').insert(keys)
}

describe.each(engines)('string ids on $name', engine => {
  it('lead to their own row, record and parked events, and never to those of another aggregate', async () => {
    const { db, bench } = await useAccounts(engine)
    const { items } = (await bench.get('/api/orders?limit=100')).body as { items: { id: string }[] }
    expect(items.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    for (const [index, id] of ids.entries()) {
      const { status, body } = await bench.get(`/api/orders/${encodeURIComponent(id)}`)
      expect({ id, status, body }).toMatchObject({
        status: 200,
        body: {
          id,
          found: true,
          stages: expect.arrayContaining([expect.objectContaining({ id: 'committed', words: `owner-${index}` })]),
          record: { key: id, aggregate: 'account', event: 'account_opened' },
          parked: { key: eventKey('account', id) }
        }
      })
    }
    for (const id of ['aa', 'b', 'a  ', '😁', '01', '%'])
      expect((await bench.get(`/api/orders/${encodeURIComponent(id)}`)).body).toMatchObject({ id, found: false })
    const parked = (await bench.get('/api/parked')).body as { items: { key: string; aggregate: string; id: string }[] }
    const shown = parked.items.filter(({ aggregate }) => aggregate === 'customer').map(({ id }) => id)
    expect(shown.toSorted()).toEqual(ids.filter(id => id.length < 100).toSorted())
    for (const id of ids.filter(one => one.length < 100)) {
      const events = async (aggregate: string) => {
        const query = new URLSearchParams({ consumer: bench.group, key: eventKey(aggregate, id) })
        return bench.get(`/api/parked/events?${query.toString()}`)
      }
      expect((await events('account')).body).toMatchObject({
        aggregateId: id,
        items: [{ record: { key: id, timestamp: null } }]
      })
      // A customer of this id is no account.
      expect((await events('customer')).body).toMatchObject({ aggregateId: null, items: [{}] })
    }
    const key = eventKey('account', 'a\u202eb')
    expect(await bench.act('/api/parked/retry', { consumer: bench.group, key })).toMatchObject({ status: 200 })
    expect(await db('parked_key').whereNotNull('retry_requested_at').pluck('event_key')).toEqual([key])
    const { body: flow } = await bench.get('/api/flow')
    expect(flow).toMatchObject({ hops: [{ parts: [{ id: 'database', title: engine.name }, {}, {}] }] })
  })
})

describe.skipIf(typeof launched === 'string')('string ids in the page', () => {
  it('are shown so that none looks like another, copied exactly, and found by search, by link and after a reload', async () => {
    const { bench } = await useAccounts(engines[0]!)
    const context = await (launched as Browser).newContext({ locale: 'en-GB' })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: bench.url })
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', error => faults.push(error.message))
    await page.goto(`${bench.url}/orders`)
    await page
      .locator('tbody tr')
      .nth(ids.length - 1)
      .waitFor()
    const listed = await page.locator('tbody th a').allInnerTexts()
    expect(new Set(listed).size).toBe(ids.length)
    expect(listed.filter(text => /[\p{C}\p{M}]|^ | $/u.test(text))).toEqual([])
    expect(listed).toEqual(expect.arrayContaining(['"a "', '"a\\n"', '"a\\u202eb"', '"a\\u0308"', 'ä', "o'hara(1)*!"]))

    for (const [index, id] of ids.entries()) {
      await page.goto(`${bench.url}/orders/${encodeURIComponent(id)}`)
      await page.locator('.stage-words').getByText(`owner-${index}`, { exact: true }).waitFor()
      expect(await copied(page)).toBe(id)
    }
    await page.goto(`${bench.url}/parked`)
    await page.getByRole('link', { name: eventKey('customer', 'x/y') }).click()
    await page.reload()
    await page.getByText('1 event waits for a person').waitFor()
    expect(await page.getByRole('link', { name: /Follow/ }).count()).toBe(0)
    expect(await copied(page)).toBe(eventKey('customer', 'x/y'))
    await page.goto(`${bench.url}/parked/${bench.group}/${encodeURIComponent(eventKey('account', '#1'))}`)
    await page.getByRole('link', { name: 'Follow account #1' }).click()
    await page
      .locator('.stage-words')
      .getByText(`owner-${ids.indexOf('#1')}`, { exact: true })
      .waitFor()
    for (const id of ['a ', '#1', '%2F', '"q"']) {
      await page.getByRole('searchbox').fill(id)
      await page.keyboard.press('Enter')
      await page
        .locator('.stage-words')
        .getByText(`owner-${ids.indexOf(id)}`, { exact: true })
        .waitFor()
    }
    await page.goto(`${bench.url}/topics/${bench.topic}?key=${encodeURIComponent('a ')}`)
    await page.locator('.record-line').nth(1).waitFor()
    expect((await page.locator('.record-line b').allInnerTexts()).toSorted()).toEqual(['account/"a "', 'customer/"a "'])
    expect(await page.locator('main img').count()).toBe(0)
    expect(faults).toEqual([])
  })
})

/** What a click on the id in the title copies. */
async function copied(page: Page): Promise<string> {
  await page.locator('h1 .copy').click()
  await page.getByText('Copied').first().waitFor()
  return page.evaluate('navigator.clipboard.readText()')
}
