import { Problem } from '@outbox-cdc/service-kit'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { startPurchase } from './start-purchase.ts'

let purchase: Awaited<ReturnType<typeof startPurchase>>
beforeAll(async () => void (purchase = await startPurchase()))
afterAll(() => purchase?.stop())
beforeEach(() => {
  Object.assign(purchase.market, { address: '1 Main Street', price: 1250n, before: async () => undefined })
})

const fieldsOf = ({ body }: { readonly body: { readonly errors: readonly { readonly field: string }[] } }) =>
  body.errors.map(({ field }) => field)

async function quoted(wishes: Readonly<Record<string, unknown>> = {}): Promise<number> {
  const { status, body, text } = await purchase.quote(wishes)
  expect([status, body?.state], text).toEqual([201, 'QUOTED'])
  return body.id
}

/** Lets look-ups wait until it's released. */
function hold() {
  const { promise, resolve } = Promise.withResolvers<void>()
  purchase.market.before = () => promise
  return {
    release: resolve,
    /** Waits until so many more look-ups wait here. */
    async holds(count: number, since: number) {
      await eventually(() => expect(purchase.market.asked).toBe(since + count))
    }
  }
}

it('quotes what the other services say, and publishes only what the buyer confirms', async () => {
  const { status, headers, body } = await purchase.quote()
  expect([status, headers.get('location')]).toEqual([201, `/purchases/${body.id}`])
  expect(body).toMatchObject({ address: '1 Main Street', unitPrice: '12.50', quantity: 2, total: '25.00' })
  expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBeCloseTo(600_000, -2)
  expect((await purchase.read(body.id)).body).toEqual(body)
  expect(await purchase.published(body.id)).toEqual([])

  const confirmed = await purchase.confirm(body.id)
  expect([confirmed.status, confirmed.body]).toMatchObject([
    200,
    { ...body, state: 'COMPLETED', completedAt: expect.stringMatching(/Z$/) }
  ])
  const { completedAt } = confirmed.body
  const about = { recipient: 'Kim', address: '1 Main Street', product: 'Chair', quantity: 2 }
  expect(await purchase.published(body.id)).toEqual([{ ...about, unitPrice: '12.50', total: '25.00', completedAt }])
})

it('completes a purchase once, however often and however simultaneously it is confirmed', async () => {
  const id = await quoted()
  const answers = await Promise.all(Array.from({ length: 10 }, () => purchase.confirm(id)))
  const { asked } = purchase.market
  answers.push(await purchase.confirm(id))
  expect(purchase.market.asked).toBe(asked)
  for (const { status, body } of answers) expect([status, body]).toEqual([200, answers[0]?.body])
  expect(await purchase.published(id)).toHaveLength(1)
})

it('names the old and the new value when something has changed, and quotes again', async () => {
  const id = await quoted()
  Object.assign(purchase.market, { address: '2 Side Street', price: 1300n })
  const refused = await purchase.confirm(id)
  expect(refused).toMatchObject({ status: 409, body: { type: 'urn:problem-type:quote-outdated' } })
  expect(refused.body.errors).toEqual([
    { field: 'address', message: 'was 1 Main Street and is now 2 Side Street' },
    { field: 'unitPrice', message: 'was 12.50 and is now 13.00' }
  ])
  expect(refused.body.purchase).toEqual((await purchase.read(id)).body)
  expect(refused.body.purchase).toMatchObject({ state: 'QUOTED', address: '2 Side Street', total: '26.00' })
  expect(await purchase.published(id)).toEqual([])

  expect(await purchase.confirm(id)).toMatchObject({ status: 200, body: { unitPrice: '13.00' } })
  expect(await purchase.published(id)).toMatchObject([{ address: '2 Side Street', total: '26.00' }])
  purchase.market.price = 1400n
  expect((await purchase.read(id)).body).toMatchObject({ state: 'COMPLETED', unitPrice: '13.00' })
  expect((await purchase.confirm(id)).body).toMatchObject({ state: 'COMPLETED', unitPrice: '13.00' })
})

it('quotes again when the quote has expired', async () => {
  const id = await quoted()
  await purchase
    .db('purchase')
    .where({ id })
    .update({ expires_at: new Date(Date.now() - 1) })
  const refused = await purchase.confirm(id)
  expect([refused.status, fieldsOf(refused)]).toEqual([409, ['expiresAt']])
  expect(Date.parse(refused.body.purchase.expiresAt)).toBeGreaterThan(Date.now())
  expect(await purchase.published(id)).toEqual([])
  expect((await purchase.confirm(id)).status).toBe(200)
})

it('refuses to confirm what is not for sale any more, and to an account that is gone, and keeps the quote', async () => {
  const id = await quoted()
  const before = await purchase.rows()
  Object.assign(purchase.market, { address: undefined, price: undefined })
  const refused = await purchase.confirm(id)
  expect([refused.status, fieldsOf(refused)]).toEqual([409, ['buyerName', 'productName']])
  expect(await purchase.rows()).toEqual(before)
})

it('does not sell at a price that only another request has shown', async () => {
  const id = await quoted()
  const { asked } = purchase.market
  const held = hold()
  const late = purchase.confirm(id)
  await held.holds(2, asked)
  Object.assign(purchase.market, { price: 1300n, before: async () => undefined })
  expect((await purchase.confirm(id)).status).toBe(409)
  held.release()
  // It has looked up the price that its buyer has seen, but the quote is another one by now.
  expect(await late).toMatchObject({ status: 409, body: { purchase: { unitPrice: '13.00' } } })
  expect(await purchase.published(id)).toEqual([])
})

it('holds no lock and no connection while it waits for the other services', async () => {
  const id = await quoted()
  const { asked } = purchase.market
  const held = hold()
  const confirmations = Array.from({ length: 40 }, () => purchase.confirm(id))
  await held.holds(80, asked)
  await purchase.db.transaction(async trx => {
    expect(await trx('purchase').where({ id }).forUpdate().noWait()).toHaveLength(1)
  })
  expect((await purchase.read(id)).status).toBe(200)
  held.release()
  for (const { status } of await Promise.all(confirmations)) expect(status).toBe(200)
  expect(await purchase.published(id)).toHaveLength(1)
})

it('writes nothing while another service does not answer', async () => {
  const id = await quoted()
  const before = await purchase.rows()
  purchase.market.before = async () => {
    throw new Problem(503, { type: 'unavailable', title: 'Not available now', headers: { 'Retry-After': '3' } })
  }
  for (const answer of [await purchase.quote(), await purchase.confirm(id)])
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '3'])
  expect(await purchase.rows()).toEqual(before)
})

it('refuses bad input with a problem that names the field, asks no one and writes nothing', async () => {
  const [before, { asked }] = [await purchase.rows(), purchase.market]
  const wrong: readonly (readonly [string, readonly unknown[]])[] = [
    ['quantity', [0, -1, 1.5, '2', 1e9, 1001, null, true, undefined]],
    ['buyerName', ['', ' ', 'x'.repeat(256), 'a\0b', '\ud800', 1, null, undefined]],
    ['productName', ['', '\t', 'x'.repeat(256), ['Chair'], undefined]],
    ['state', ['COMPLETED']]
  ]
  for (const [field, values] of wrong)
    for (const value of values) {
      const answer = await purchase.quote({ [field]: value })
      expect([answer.status, fieldsOf(answer)], `${field} ${String(value)}`).toEqual([400, [field]])
    }
  expect(purchase.market.asked).toBe(asked)
  for (const id of [0, -1, 1.5, 'x']) expect((await purchase.confirm(id as number)).status).toBe(400)
  for (const answer of [await purchase.confirm(999_999), await purchase.read(999_999)]) expect(answer.status).toBe(404)

  Object.assign(purchase.market, { address: undefined, price: undefined })
  const unknown = await purchase.quote({ buyerName: 'Lee' })
  expect([unknown.status, fieldsOf(unknown)]).toEqual([422, ['buyerName', 'productName']])
  expect(await purchase.rows()).toEqual(before)
})

it('counts the dearest purchase to the cent', async () => {
  purchase.market.price = 999_999_999_999_999n
  const { body } = await purchase.quote({ quantity: 1000 })
  expect(body.total).toBe('9999999999999990.00')
  await purchase.confirm(body.id)
  expect(await purchase.published(body.id)).toMatchObject([{ total: '9999999999999990.00' }])
})
