import { type BoundStatement, generatesId, sql } from '@outbox-cdc/outbox/one-trip'
import type { Knex } from 'knex'
import type { Order } from './order.ts'

type Row = { readonly id: number; readonly name: string; readonly quantity: number; readonly created_at: Date }
export type Page = { readonly items: readonly Order[]; readonly next: number | null }
export type PageRequest = { readonly limit: number; readonly before?: number | undefined }

export type OrderStore = {
  readonly find: (id: number) => Promise<Order | undefined>
  /** Newest first; `next` is the `before` of the next page. */
  readonly list: (page: PageRequest) => Promise<Page>
}

/** Generates the order's id. */
export function insertOrder({ name, quantity, createdAt }: Omit<Order, 'id'>): BoundStatement {
  return generatesId(
    sql`INSERT INTO customer_order (name, quantity, created_at) VALUES (${name}, ${quantity}, ${new Date(createdAt)})`
  )
}

export function createOrderStore(db: Knex): OrderStore {
  const rows = () => db<Row>('customer_order').select('id', 'name', 'quantity', 'created_at')
  return {
    async find(id) {
      const [row] = await rows().where({ id })
      return row && toOrder(row)
    },
    async list({ limit, before }) {
      const query = rows()
        .orderBy('id', 'desc')
        .limit(limit + 1)
      const found = await (before === undefined ? query : query.where('id', '<', before))
      const items = found.slice(0, limit).map(toOrder)
      return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null }
    }
  }
}

function toOrder({ id, name, quantity, created_at }: Row): Order {
  return { id, name, quantity, createdAt: created_at.toISOString() }
}
