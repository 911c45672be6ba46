import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page, Response } from 'playwright-core'
import { expect } from 'vitest'
import { eventually } from '../../support/eventually.ts'

type Role = 'customer' | 'shop' | 'rider'
type NewItem = {
  readonly itemName: string
  readonly storeName: string
  readonly itemPrice: number
  readonly stockCnt: number
}
type Wish = { readonly itemName: string; readonly qty: number; readonly userName: string }

/** What the three do on the page, and what they see there. */
export function threeRoles(page: Page) {
  const card = (role: Role, id: number) => page.locator(`#${role} [data-order="${id}"]`)
  const item = (role: Role, itemName: string) => page.locator(`#${role} [data-item]`, { hasText: itemName })

  /** Chooses from the menu, and presses Order. */
  async function choose({ itemName, qty, userName }: Wish): Promise<void> {
    await item('customer', itemName).getByRole('radio').check()
    await page.getByLabel('Your name').fill(userName)
    await page.getByLabel('How many').fill(String(qty))
    await page.getByRole('button', { name: /^Order for/ }).click()
  }

  return {
    card,
    item,
    choose,
    async logIn(client: string, folder: string): Promise<void> {
      await page.getByLabel('Client').fill(client)
      await page.getByLabel('Secret').fill(await readFile(join(folder, 'secrets/auth', client), 'utf8'))
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.getByText(`Logged in as ${client}`).waitFor()
    },
    async logOut(): Promise<void> {
      await page.getByRole('button', { name: 'Log out' }).click()
      await page.getByRole('button', { name: 'Log in' }).waitFor()
    },
    /** Orders and, if payment took too long, pays again; returns the id. */
    async order(wish: Wish): Promise<number> {
      const isAnswer = (answer: Response) => answer.request().method() === 'POST' && answer.url().endsWith('/orders')
      const [answer] = await Promise.all([page.waitForResponse(isAnswer), choose(wish)])
      const { id } = (await answer.json()) as { id: number }
      const placed = card('customer', id)
      await placed.waitFor()
      const pay = placed.getByRole('button', { name: 'Pay' })
      await eventually(async () => {
        // The button goes as soon as the order is paid.
        if (await pay.isVisible()) await pay.click({ timeout: 2_000 }).catch(() => undefined)
        expect(await placed.getByText('paid', { exact: true }).isVisible()).toBe(true)
      })
      return id
    },
    async register({ itemName, storeName, itemPrice, stockCnt }: NewItem): Promise<void> {
      const form = page.getByRole('form', { name: 'Register an item' })
      await form.getByLabel('Item', { exact: true }).fill(itemName)
      await form.getByLabel('Store').fill(storeName)
      await form.getByLabel('Price in won').fill(String(itemPrice))
      await form.getByLabel('In stock').fill(String(stockCnt))
      await form.getByRole('button', { name: 'Register' }).click()
      await item('customer', itemName).waitFor()
    },
    press: (role: Role, id: number, words: string) =>
      card(role, id)
        .getByRole('button', { name: `${words} order ${id}` })
        .click(),
    sees: (role: Role, id: number, words: string) => card(role, id).getByText(words).first().waitFor()
  }
}
