import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

// The nouns of one pipeline belong into its settings. Addresses keep theirs.
it('has no screen that speaks of orders or deliveries, whatever the settings say', async () => {
  const files = (await readdir(import.meta.dirname, { recursive: true })).filter(file => /\.(js|html)$/.test(file))
  expect(files.length).toBeGreaterThan(20)
  for (const file of files) {
    const text = await readFile(join(import.meta.dirname, file), 'utf8')
    const shown = text.replaceAll(
      /\/\*[^]*?\*\/|^import .*$|addressOf\('orders'|'(\/api)?\/orders'|`\/api\/orders/gm,
      ''
    )
    expect({ file, nouns: shown.match(/.*\b(orders?|deliveries)\b.*/gi) ?? [] }).toEqual({ file, nouns: [] })
  }
})
