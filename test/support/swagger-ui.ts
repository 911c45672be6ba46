import type { Locator, Page } from 'playwright-core'

/** Values for the parameters of an operation, by their names. */
type Inputs = Readonly<Record<string, string | number>>

/** Swagger UI at an address: its operations, such as `POST /orders`, and how to run one. */
export async function openSwaggerUi(page: Page, url: string) {
  await page.goto(url)
  await page.locator('.opblock').first().waitFor()
  const named = new Map<string, Locator>(
    await Promise.all(
      (await page.locator('.opblock').all()).map(async operation => {
        const method = await operation.locator('.opblock-summary-method').innerText()
        const path = await operation.locator('.opblock-summary-path').getAttribute('data-path')
        return [`${method} ${path ?? ''}`, operation] as const
      })
    )
  )
  return {
    operations: [...named.keys()],
    /** Runs an operation with the example of its body; returns the status that the page shows. */
    run: async (name: string, inputs: Inputs = {}): Promise<string> => {
      const operation = named.get(name)
      if (operation === undefined) throw new Error(`${url} shows no ${name}`)
      await operation.locator('.opblock-summary').click()
      await operation.locator('.try-out__btn').click()
      for (const [parameter, value] of Object.entries(inputs))
        await operation.locator(`tr[data-param-name=${parameter}] input`).fill(String(value))
      await operation.locator('.execute').click()
      return operation.locator('.live-responses-table .response .response-col_status').first().innerText()
    }
  }
}
