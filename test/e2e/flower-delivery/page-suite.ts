import { launchBrowser } from '@outbox-cdc/console/testing/launch-browser'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { findBarriers } from '../../support/find-barriers.ts'
import { flowerPeople } from '../../support/flower.ts'
import { get } from '../../support/http.ts'
import type { TestPipeline } from '../../support/test-pipeline.ts'
import { uniqueName } from '../../support/unique-name.ts'
import { threeRoles } from './three-roles.ts'

const launched = await launchBrowser()
if (typeof launched === 'string') console.log(`The browser tests of flower delivery are skipped: ${launched}`)

/** What a person does and sees on the page, on a flower-delivery that the caller starts once. */
export function pageSuite(started: () => TestPipeline): void {
  describe.skipIf(typeof launched === 'string')('the page', () => {
    const browser = launched as Browser
    const faults: string[] = []
    let page: Page
    let url = ''
    let people: ReturnType<typeof flowerPeople>
    let roles: ReturnType<typeof threeRoles>

    beforeAll(async () => {
      url = `http://127.0.0.1:${started().settings.ports['gateway']}`
      people = flowerPeople(started())
      page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB' })
      page.setDefaultTimeout(60_000)
      page.on('pageerror', error => faults.push(error.message))
      page.on('console', message => {
        if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text()))
          faults.push(message.text())
      })
      await page.goto(url)
      roles = threeRoles(page)
    })
    const logIn = (client: string) => roles.logIn(client, started().settings.dir)
    afterAll(() => browser.close())
    beforeEach(() => {
      faults.length = 0
    })

    it('shows nothing before a login, and then only what the token may do', async () => {
      expect(await page.locator('.column').count()).toBe(0)
      expect(await findBarriers(page)).toEqual([])
      await page.getByLabel('Client').fill('rider')
      await page.getByLabel('Secret').fill('wrong')
      await page.keyboard.press('Enter')
      await page.getByText("There is no such client, or this isn't its secret").waitFor()
      await logIn('rider')
      await page.locator('#rider').getByText('Deliveries').waitFor()
      for (const role of ['customer', 'shop owner']) await page.getByText(`rider may not act as ${role}.`).waitFor()
      expect(await page.locator(':is(#customer, #shop) :is(button, input)').count()).toBe(0)
      await page.locator('.live').getByText('Live').waitFor()
      expect(await findBarriers(page)).toEqual([])
      expect(await page.evaluate('document.cookie')).toBe('')
      await roles.logOut()
      expect(await page.locator('.column').count()).toBe(0)
      await logIn('operator')
      await page.reload()
      await page.getByText('Logged in as operator').waitFor()
    })

    it('takes an order through three columns by clicks, each of which all see at once', async () => {
      const itemName = uniqueName('장미')
      await roles.register({ itemName, storeName: '꽃집 <b>하나</b>', itemPrice: 50_000, stockCnt: 5 })
      const id = await roles.order({ itemName, qty: 3, userName: '<img src=x onerror="document.title=1">' })
      await roles.sees('customer', id, 'paid')
      await roles.press('shop', id, 'Receive')
      await roles.sees('customer', id, 'received')
      await roles.press('shop', id, 'Decorate')
      await roles.sees('customer', id, 'decorated')
      await roles.press('rider', id, 'Depart')
      await roles.sees('customer', id, 'on its way')
      await roles.press('rider', id, 'Complete')
      for (const role of ['customer', 'rider'] as const) await roles.sees(role, id, 'brought')
      const text = await roles.card('customer', id).innerText()
      expect(text).toContain(`${itemName} × 3`)
      expect(text).toContain('₩150,000 · for <img src=x onerror="document.title=1"> · 꽃집 <b>하나</b>')
      await eventually(async () => expect(await roles.item('shop', itemName).innerText()).toContain('2 in stock'))
      expect(await roles.item('customer', itemName).innerText()).toContain('2 left')
      expect(await page.title()).toBe('Flower delivery')
      expect(await page.locator('main img').count()).toBe(0)
      expect(faults).toEqual([])
    })

    it('leads from an order to its timeline in the console', async () => {
      const { itemId } = await people.addItem(5)
      const id = await people.order({ itemId })
      const [timeline] = await Promise.all([
        page.waitForEvent('popup'),
        roles.card('customer', id).getByRole('link').click()
      ])
      await timeline.getByText('stock_reserved').first().waitFor()
      expect(new URL(timeline.url()).pathname).toBe(`/sagas/${id}`)
      await timeline.close()
    })

    it('shows how an order is cancelled: the money goes back, and the stock', async () => {
      const { itemId, itemName } = await people.addItem(4)
      const id = await people.order({ itemId, qty: 4 })
      await roles.item('customer', itemName).getByText('sold out').waitFor()
      await roles.sees('shop', id, 'new')
      await roles.press('customer', id, 'Cancel')
      await roles.sees('customer', id, 'cancelled')
      await roles.sees('customer', id, '(money given back)')
      await roles.sees('shop', id, 'cancelled')
      await roles.item('customer', itemName).getByText('4 left').waitFor()
    })

    it('says why an order could not be cancelled, and lets it go on', async () => {
      const { itemId } = await people.addItem(5)
      const id = await people.order({ itemId })
      await people.bring(id, 'DEPARTED')
      await roles.press('customer', id, 'Cancel')
      await roles.sees('customer', id, 'It could not be cancelled: the rider had left with it.')
      await roles.press('rider', id, 'Complete')
      await roles.sees('customer', id, 'brought')
    })

    it('shows that an item is sold out, and that an order came too late for it', async () => {
      const { itemId, itemName } = await people.addItem(3)
      const id = await people.order({ itemId, qty: 4 })
      await roles.sees('customer', id, 'There was not enough of it in stock.')
      await roles.item('customer', itemName).getByText('3 left').waitFor()
      await people.order({ itemId, qty: 3 })
      await roles.item('customer', itemName).getByText('sold out').waitFor()
      expect(await roles.item('customer', itemName).getByRole('radio').isDisabled()).toBe(true)
    })

    it('asks the shop owner why, and tells the customer', async () => {
      const { itemId } = await people.addItem(5)
      const id = await people.order({ itemId })
      await roles.press('shop', id, 'Reject …')
      await roles.card('shop', id).getByLabel('Why').fill('리본이 떨어졌어요')
      await page.keyboard.press('Enter')
      await roles.sees('customer', id, 'The shop says: 리본이 떨어졌어요')
      await roles.sees('customer', id, 'rejected')
    })

    it('says what a service says that refuses', async () => {
      const { itemName } = await people.addItem(5)
      await roles.choose({ itemName, qty: 1, userName: '  ' })
      await page
        .locator('.notice.stopped')
        .getByText(/^userName /)
        .waitFor()
    })

    it('takes an order by the keyboard alone, and keeps the focus with it', async () => {
      const { itemName } = await people.addItem(5)
      await roles.item('customer', itemName).getByRole('radio').focus()
      await page.keyboard.press('Space')
      await page.getByLabel('Your name').focus()
      await page.keyboard.type('Zoë')
      await page.keyboard.press('Enter')
      const card = page.locator('#customer .card', { hasText: itemName })
      await card.waitFor()
      await people.isPaid(Number(await card.getAttribute('data-order')))
      await card.getByRole('button', { name: 'Cancel' }).focus()
      await page.keyboard.press('Enter')
      await card.getByText('cancelled', { exact: true }).waitFor()
      expect(await page.evaluate('document.activeElement.dataset.order')).toBe(await card.getAttribute('data-order'))
    })

    it('says which service is away, shows the rest, and reads it again when it is back', async () => {
      const shop = started().services.get('shop')
      await shop?.stop()
      await page.reload()
      await page.locator('#shop').getByText("shop doesn't answer (it is not there)").waitFor()
      const { itemId } = await people.addItem(5)
      const id = await people.order({ itemId })
      await roles.sees('customer', id, 'paid')
      await shop?.start()
      await roles.sees('shop', id, 'new')
      expect(await page.locator('#shop .problem').count()).toBe(0)
    })

    it('says that the gateway is away, connects again by itself, and has missed nothing', async () => {
      const { itemId } = await people.addItem(5)
      const gateway = started().services.get('gateway')
      await gateway?.stop()
      await page.getByText('The gateway does not answer').waitFor()
      const id = await people.order({ itemId })
      await people.bring(id, 'COMPLETED')
      await gateway?.start()
      await roles.sees('customer', id, 'brought')
      await page.locator('.live').getByText('Live').waitFor()
      expect(await page.getByText('The gateway does not answer').count()).toBe(0)
    })

    it.each(['light', 'dark'] as const)('has no barrier for people or screen readers, %s', async colorScheme => {
      await page.emulateMedia({ colorScheme })
      expect(await findBarriers(page)).toEqual([])
      expect(faults).toEqual([])
    })

    it('fits on a phone', async () => {
      await page.setViewportSize({ width: 360, height: 740 })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
      await page.getByRole('link', { name: 'Rider' }).click()
      await page.locator('#rider h2').waitFor()
      await page.setViewportSize({ width: 1440, height: 1000 })
    })

    it('may load and run nothing but its own files', async () => {
      const { headers } = await get(url)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("require-trusted-types-for 'script'")
      expect(policy).not.toContain('unsafe')
    })
  })
}
