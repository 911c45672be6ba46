import { expect, it } from 'vitest'
import { eventually } from './eventually.ts'

export type Order = { readonly name: string; readonly quantity: number }
export type OrderId = number | string
export type Delivery = Order & { readonly orderId: OrderId }

/** A record as its consumer reads it: the key, the fields of the row, and the headers as texts. */
export type OpenRecord = {
  readonly key: unknown
  readonly fields: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}

/** A writer, a consumer and a topic, however the events get from one to the other. */
export type OrdersTarget = {
  /** Places an order and resolves to its id. */
  place(order: Order): Promise<OrderId>
  delivery(orderId: OrderId): Promise<Delivery | undefined>
  deliveries(): Promise<readonly Delivery[]>
  restartConsumer(): Promise<void>
  /** The first records of the topic, once there are that many. */
  records(count: number): Promise<readonly OpenRecord[]>
  readonly record: {
    /** The row's fields, in the order of the record. */
    readonly fields: readonly string[]
    readonly isId: (id: unknown) => boolean
    readonly keyOf: (id: unknown) => unknown
    /** What the connector adds. */
    readonly headers: Readonly<Record<string, RegExp>>
  }
}

const names = [
  '주운',
  'Zoë “Ω” Ångström',
  '👩🏽‍🚀🧨',
  '日本語テキスト',
  "'; DROP TABLE outbox; --",
  '{"a":1}\\n',
  ' padded '
]

/** What an order has to cause, with any database, connector and kind of id. */
export function effectsSuite(target: () => OrdersTarget): void {
  it('brings names in any script to the delivery byte for byte', async () => {
    for (const name of names) {
      const id = await target().place({ name, quantity: 1 })
      const delivery = await eventually(async () => {
        const found = await target().delivery(id)
        expect(found).toBeDefined()
        return found
      })
      expect(delivery?.name).toBe(name)
    }
  })

  it('delivers 1,000 orders of 20 clients once each, although the consumer restarts in the middle', async () => {
    const before = (await target().deliveries()).length
    const placed: OrderId[] = []
    let restarted: Promise<void> | undefined
    const client = async (number: number) => {
      for (let i = 0; i < 50; i++) {
        placed.push(await target().place({ name: `client ${number}`, quantity: i + 1 }))
        if (placed.length === 400) restarted = target().restartConsumer()
      }
    }
    await Promise.all(Array.from({ length: 20 }, (_, number) => client(number)))
    await restarted

    const delivered = await eventually(
      async () => {
        const items = await target().deliveries()
        expect(items.length).toBe(before + 1_000)
        return items
      },
      { timeoutMs: 120_000, everyMs: 500 }
    )
    const ids = new Set(delivered.map(({ orderId }) => orderId))
    expect(ids.size).toBe(before + 1_000)
    expect(placed.filter(id => !ids.has(id))).toEqual([])
  })

  it('publishes exactly the fields of its shape, keyed by the order, with the rest in headers', async () => {
    const count = (await target().deliveries()).length
    const records = await target().records(count)
    expect(records).toHaveLength(count)
    const { fields: expected, isId, keyOf, headers: added } = target().record
    for (const { key, fields, headers } of records) {
      expect(Object.keys(fields)).toEqual(expected)
      expect(fields).toMatchObject({ event: 'order_created', event_id: expect.toSatisfy(isId) })
      expect(JSON.parse(String(fields['payload']))).toEqual({ name: expect.any(String), quantity: expect.any(Number) })
      expect(fields['created_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/)
      expect(key).toEqual(keyOf(fields['event_id']))
      expect(headers).toMatchObject({ aggregate: 'order', schema_version: '1' })
      for (const [name, pattern] of Object.entries(added))
        expect([name, headers[name]]).toEqual([name, expect.stringMatching(pattern)])
    }
  })
}
