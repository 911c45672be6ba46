import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { findBarriers } from './find-barriers.ts'

type Stuck = {
  /** Where the console is. */
  readonly url: string
  /** An order that customer-service hasn't answered. */
  readonly orderId: number
  readonly startService: () => Promise<unknown>
}

/** Goes through the console's screens of a saga: it is listed as stuck, shows what is missing, and settles. */
export async function followStuckSaga(page: Page, { url, orderId, startService }: Stuck): Promise<void> {
  const missing =
    'customer-service has not sent customer_credit_reserved, customer_credit_limit_exceeded or customer_validation_failed'
  const sentence = page.getByText(new RegExp(`^${missing} for \\d+ s after order_created of order ${orderId}$`))
  await page.goto(`${url}/sagas`)
  await sentence.waitFor()
  expect(await findBarriers(page)).toEqual([])
  await sentence.click()
  await page.locator('.ghost').getByText('overdue').waitFor()
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 360]
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 900 })
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect({ width, overflow, barriers: await findBarriers(page) }).toEqual({ width, overflow: 0, barriers: [] })
  }
  await startService()
  await page.locator('.summary').getByText('Settled').waitFor()
  const events = ['order_created', 'customer_credit_reserved', 'order_approved']
  expect(await page.locator('.step b').allTextContents()).toEqual(events)
  await checkLinks(page, orderId)
  await page.goto(`${url}/sagas`)
  await page.getByRole('heading', { name: 'Newest' }).waitFor()
  expect(await sentence.count()).toBe(0)
}

/** From an event to its record, and from its order back to the saga. */
async function checkLinks(page: Page, orderId: number): Promise<void> {
  const saga = page.url()
  await page.locator('.step-place a').first().click()
  await page.locator('.open').getByText('order_created').first().waitFor()
  await page.goto(saga)
  await page
    .getByRole('link', { name: `order ${orderId}` })
    .first()
    .click()
  await page.getByRole('link', { name: 'See its saga' }).click()
  // The page keeps in the address which hop was followed.
  await page.waitForURL(({ pathname }) => pathname === new URL(saga).pathname)
}
