import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '@outbox-cdc/pipeline'
import type { Page } from 'playwright-core'

const out = join(root, 'docs/screens')

export type Shot = { readonly at?: string; readonly width?: number; readonly height?: number }

/** Takes a picture into docs/screens; a name that ends with -dark takes the dark theme. */
export async function shoot(page: Page, name: string, { at, width = 1_280, height = 900 }: Shot): Promise<void> {
  await page.emulateMedia({ colorScheme: name.endsWith('-dark') ? 'dark' : 'light' })
  await page.setViewportSize({ width, height })
  if (at !== undefined) await page.goto(at)
  await sleep(2_500)
  await page.screenshot({ path: join(out, `${name}.png`) })
}
