import { launchBrowser } from '@outbox-cdc/console/testing/launch-browser'
import { shoot } from '@outbox-cdc/console/testing/shoot'
import { threeRoles } from './three-roles.ts'

// npm run flower:screen: the picture of the page in docs/screens, from an npm start -- flower-delivery without orders.
const url = 'http://localhost:8088/'

const browser = await launchBrowser()
if (typeof browser === 'string') throw new Error(browser)
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB' })
  await page.goto(url)
  const roles = threeRoles(page)
  await roles.logIn('operator', '.data/flower-delivery')
  const shop = { storeName: 'KJSHOP' }
  await roles.register({ ...shop, itemName: 'Roses, red', itemPrice: 50_000, stockCnt: 4 })
  await roles.register({ ...shop, itemName: 'Tulips, yellow', itemPrice: 22_000, stockCnt: 9 })
  await roles.register({ ...shop, itemName: 'Spring bouquet', itemPrice: 35_000, stockCnt: 12 })
  const order = async (itemName: string, qty: number, userName: string) => {
    const id = await roles.order({ itemName, qty, userName })
    await roles.sees('shop', id, 'new')
    return id
  }
  const step = async (id: number, done: readonly (readonly [role: 'shop' | 'rider', words: string])[]) => {
    for (const [role, words] of done) await roles.press(role, id, words)
  }
  const decorated = [
    ['shop', 'Receive'],
    ['shop', 'Decorate']
  ] as const
  const departed = [...decorated, ['rider', 'Depart']] as const
  await step(await order('Roses, red', 2, 'Kim'), [...departed, ['rider', 'Complete']])
  const late = await order('Tulips, yellow', 1, 'Zoë')
  await step(late, departed)
  await roles.press('customer', late, 'Cancel')
  await roles.sees('customer', late, 'could not be cancelled')
  await step(await order('Spring bouquet', 1, 'Lee'), decorated)
  const given = await order('Tulips, yellow', 3, 'Park')
  await roles.press('customer', given, 'Cancel')
  await roles.sees('customer', given, 'money given back')
  await step(await order('Spring bouquet', 2, 'Kim'), [['shop', 'Receive']])
  await order('Roses, red', 2, 'Choi')
  await roles.item('customer', 'Spring bouquet').getByRole('radio').check()
  await page.locator('.notice').first().waitFor({ state: 'detached' })
  await shoot(page, 'flower-light', { width: 1440, height: 1000 })
} finally {
  await browser.close()
}
