import { type Money, type RequestContext } from '@outbox-cdc/service-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import type { LookUps } from '../purchase/look-ups/ports.ts'

/** Look-ups, and a way to put something there that they find. */
export type Opened = LookUps & {
  readonly addAccount: (name: string, address: string) => Promise<unknown>
  /** Adds a product, or changes its price. */
  readonly setPrice: (name: string, price: Money) => Promise<unknown>
}

const context = (left: Partial<RequestContext> = {}): RequestContext => ({
  requestId: 'r-1',
  correlationId: 'c-1',
  deadline: Date.now() + 20_000,
  signal: new AbortController().signal,
  ...left
})

const dearest = 999_999_999_999_999n

/** What purchase relies on. */
export function lookUpsSuite(title: string, open: () => Promise<Opened>): void {
  describe(title, () => {
    let opened: Opened
    beforeAll(async () => {
      opened = await open()
    })

    it('finds an account and a product by name', async () => {
      await opened.addAccount('Kim', '1 Main Street')
      await opened.setPrice('Chair', 1250n)
      const account = await opened.accounts.findByName('Kim', context())
      expect(account).toEqual({ id: expect.any(Number), name: 'Kim', address: '1 Main Street' })
      const product = await opened.products.findByName('Chair', context())
      expect(product).toEqual({ id: expect.any(Number), name: 'Chair', price: 1250n })
    })

    it('finds nothing under a name that nothing has', async () => {
      await opened.addAccount('Ada', '2 Main Street')
      await opened.setPrice('Desk', 1n)
      for (const name of ['ada', 'ADA', 'Ada ', 'Adá', 'Ad', 'Desk'])
        expect(await opened.accounts.findByName(name, context()), name).toBeUndefined()
      for (const name of ['desk', 'Desk ', 'Des', 'Ada'])
        expect(await opened.products.findByName(name, context()), name).toBeUndefined()
    })

    it.each([
      'a&b=c?d#e/f',
      '../../health/live',
      '100% + 1',
      "Robert'); DROP TABLE account",
      'Zoë 名前 😀',
      '😀'.repeat(255)
    ])('finds the name %s', async name => {
      await opened.addAccount(name, name)
      await opened.setPrice(name, dearest)
      expect(await opened.accounts.findByName(name, context())).toMatchObject({ name, address: name })
      expect(await opened.products.findByName(name, context())).toMatchObject({ name, price: dearest })
    })

    it('finds a price that has just changed', async () => {
      await opened.setPrice('Lamp', 500n)
      expect(await opened.products.findByName('Lamp', context())).toMatchObject({ price: 500n })
      await opened.setPrice('Lamp', 501n)
      expect(await opened.products.findByName('Lamp', context())).toMatchObject({ price: 501n })
    })

    it('answers 503 when the caller waits no longer', async () => {
      const unavailable = { status: 503, input: { headers: { 'Retry-After': '1' } } }
      for (const port of [opened.accounts, opened.products]) {
        await expect(port.findByName('Kim', context({ deadline: Date.now() }))).rejects.toMatchObject(unavailable)
        await expect(port.findByName('Kim', context({ signal: AbortSignal.abort() }))).rejects.toMatchObject(
          unavailable
        )
      }
    })
  })
}
