import type { Knex } from 'knex'
import type { Delivery, NewDelivery } from './delivery.ts'

type Row = {
  readonly order_id: number
  readonly name: string
  readonly quantity: number
  readonly delivered_at: Date
}
export type Page = { readonly items: readonly Delivery[]; readonly next: number | null }
export type PageRequest = { readonly limit: number; readonly before?: number | undefined }

export type DeliveryStore = {
  readonly find: (orderId: number) => Promise<Delivery | undefined>
  /** Newest first; `next` is the `before` of the next page. */
  readonly list: (page: PageRequest) => Promise<Page>
}

export async function insertDeliveries(trx: Knex.Transaction, deliveries: readonly NewDelivery[]): Promise<void> {
  const rows = deliveries.map(({ orderId, name, quantity }) => ({ order_id: orderId, name, quantity }))
  await trx('delivery').insert(rows)
}

export function createDeliveryStore(db: Knex): DeliveryStore {
  const rows = () => db({ d: 'delivery' }).select<Row[]>('d.order_id', 'd.name', 'd.quantity', 'd.delivered_at')
  return {
    async find(orderId) {
      const [row] = await rows().where('d.order_id', orderId)
      return row && toDelivery(row)
    },
    async list({ limit, before }) {
      const query = rows()
        .orderBy([
          { column: 'd.delivered_at', order: 'desc' },
          { column: 'd.order_id', order: 'desc' }
        ])
        .limit(limit + 1)
      if (before !== undefined) void query.modify(olderThan, before)
      const found = await query
      const items = found.slice(0, limit).map(toDelivery)
      return { items, next: found.length > limit ? (items.at(-1)?.orderId ?? null) : null }
    }
  }
}

// An order that waited behind a parked event is delivered after younger ones, so sort by time, then by id.
function olderThan(query: Knex.QueryBuilder, orderId: number): void {
  void query
    .joinRaw('JOIN delivery last ON last.order_id = ?', [orderId])
    .whereRaw('d.delivered_at <= last.delivered_at')
    .whereRaw('(d.delivered_at < last.delivered_at OR d.order_id < last.order_id)')
}

function toDelivery({ order_id, name, quantity, delivered_at }: Row): Delivery {
  return { orderId: order_id, name, quantity, deliveredAt: delivered_at.toISOString() }
}
