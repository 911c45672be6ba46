import type { Flow } from '@outbox-cdc/console/api/pipeline-schemas'
import { launchBrowser } from '@outbox-cdc/console/testing/launch-browser'
import type { Knex } from 'knex'
import { expect } from 'vitest'
import { audit } from './auditor.ts'
import { eventually } from './eventually.ts'
import { get } from './http.ts'
import type { TestPipeline } from './test-pipeline.ts'

/** Audits both hops of customers-and-orders, and then without the row that an answer made. */
export async function auditBothHops(pipeline: TestPipeline, orders: Knex | undefined): Promise<void> {
  for (const hop of ['order_created', 'answer'])
    await eventually(async () => expect(await audit(pipeline, hop)).toMatchObject({ code: 0, findings: [] }), {
      timeoutMs: 60_000
    })
  const { counts } = await audit(pipeline, 'answer')
  expect(counts['effects']).toBeGreaterThan(50)
  expect(counts['effects']).toBe(counts['committed'])
  const change = await orders?.('order_change').where({ cause: 'customer_credit_reserved' }).first()
  await orders?.('order_change').where({ id: change.id }).delete()
  expect(await audit(pipeline, 'answer')).toMatchObject({ code: 1, findings: [`missing effect ${change.order_id}`] })
  await orders?.('order_change').insert(change)
}

/** Follows the answers through the console; returns why there is no browser. */
export async function showsBothHops(pipeline: TestPipeline): Promise<string | undefined> {
  const console = `http://127.0.0.1:${pipeline.settings.ports.console}`
  await eventually(async () => {
    const { headline, hops } = (await get(`${console}/api/flow`)).body as Flow
    expect(headline).toMatchObject({
      state: 'ok',
      text: expect.stringMatching(/^All is well: .*orders.*; .*reservations/)
    })
    expect(hops.map(({ name, newest }) => [name, newest[0]?.delivered])).toEqual([
      ['order_created', true],
      ['answer', true]
    ])
  })
  const browser = await launchBrowser()
  if (typeof browser === 'string') return browser
  const page = await browser.newPage()
  await page.goto(console)
  await page.getByRole('link', { name: 'answer customer-service → order-service' }).click()
  await page.locator('.part h2').first().getByText('customer-service').waitFor()
  await page.getByRole('link', { name: 'Reservations' }).click()
  await page.locator('tbody tr').first().getByRole('link').click()
  await page.getByText(/^Delivered .* after its commit\.$/).waitFor()
  await page.reload()
  await page.getByRole('heading', { level: 1, name: /^Reservation \d+$/ }).waitFor()
  expect(new URL(page.url()).searchParams.get('hop')).toBe('answer')
  await page.keyboard.press('g')
  await page.keyboard.press('f')
  await page.getByRole('heading', { level: 1, name: 'The flow of reservations' }).waitFor({ state: 'attached' })
  await browser.close()
  return undefined
}
