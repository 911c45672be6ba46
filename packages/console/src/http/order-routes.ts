import { Problem } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { labelOf } from '../flow/build-flow.ts'
import type { Database } from '../mysql/database.ts'
import { instantOf } from '../mysql/instant.ts'
import type { FollowOrder } from '../orders/follow-order.ts'
import { journey } from '../orders/journey.ts'
import { reasonOf } from '../reason-of.ts'
import { missing } from './missing.ts'
import { type Route, route } from './route.ts'

export type OrderParts = {
  readonly config: Config
  readonly follow: FollowOrder
  readonly ordersDb: Database | undefined
  readonly deliveriesDb: Database | undefined
}

const orderId = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
const listed = z.object({
  id: z.number(),
  createdAt: z.number(),
  label: z.string(),
  deliveredAt: z.number().nullable(),
  deliveredMs: z.number().nullable()
})
const page = z.object({ items: z.array(listed), next: z.number().nullable() }).meta({ id: 'OrderPage' })
export type OrderPage = z.output<typeof page>

export function orderRoutes({ config, follow, ordersDb, deliveriesDb }: OrderParts): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/api/orders',
      summary: 'Orders, newest first, with the time to their delivery',
      query: z.object({ before: orderId.optional(), limit: z.coerce.number().int().min(1).max(100).default(30) }),
      answer: page,
      async handle({ query: { before, limit } }) {
        if (ordersDb === undefined) throw missing('AGGREGATE_MYSQL_URL')
        const rows = await list(ordersDb, { table: config.AGGREGATE_TABLE, before, limit })
        const delivered = await deliveredAt(
          deliveriesDb,
          config.EFFECT_TABLE,
          rows.map(({ id }) => id)
        )
        const items = rows.map(({ id, created_at, ...columns }) => {
          const createdAt = instantOf(created_at)
          const at = delivered.get(id)
          return {
            id,
            createdAt,
            label: labelOf(columns),
            deliveredAt: at ?? null,
            deliveredMs: at === undefined ? null : Math.max(0, at - createdAt)
          }
        })
        return { items, next: items.length === limit ? (items.at(-1)?.id ?? null) : null }
      }
    }),
    route({
      method: 'get',
      path: '/api/orders/{id}',
      summary: 'The way of one order: what every part knows of it, stage by stage',
      params: z.object({ id: orderId }),
      answer: journey,
      handle: ({ params, signal }) => follow(params.id, signal)
    }),
    route({
      method: 'post',
      path: '/api/orders',
      summary: 'Place an order through the order service',
      body: z.object({ name: z.string().min(1).max(255), quantity: z.number().int().min(1) }),
      answer: z.object({ id: z.number() }),
      handle: ({ body }) => placeOrder(config.WRITER_URL, body)
    })
  ]
}

type OrderRow = { readonly id: number; readonly created_at: string }
type Wanted = { readonly table: string; readonly before: number | undefined; readonly limit: number }

function list(db: Database, { table, before, limit }: Wanted): Promise<OrderRow[]> {
  const upTo = before ?? Number.MAX_SAFE_INTEGER
  return db.rows<OrderRow>(`SELECT * FROM \`${table}\` WHERE id < ? ORDER BY id DESC LIMIT ?`, [upTo, limit])
}

async function deliveredAt(
  db: Database | undefined,
  table: string,
  ids: readonly number[]
): Promise<Map<number, number>> {
  if (db === undefined || ids.length === 0) return new Map()
  type Row = { order_id: number; delivered_at: string }
  const sql = `SELECT order_id, delivered_at FROM \`${table}\` WHERE order_id IN (?)`
  // The list is worth showing while the delivery database is away.
  const rows = await db.rows<Row>(sql, [ids]).catch(() => [])
  return new Map(rows.map(row => [row.order_id, instantOf(row.delivered_at)]))
}

async function placeOrder(url: string | undefined, order: object): Promise<{ id: number }> {
  if (url === undefined) throw missing('WRITER_URL')
  const response = await fetch(new URL('/order', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
    signal: AbortSignal.timeout(10_000)
  }).catch((cause: unknown) => {
    throw unavailable(`The order service does not answer (${reasonOf(cause)})`, cause)
  })
  const answer = (await response.json().catch(() => ({}))) as { id?: number; detail?: string }
  if (response.ok && typeof answer.id === 'number') return { id: answer.id }
  throw unavailable(answer.detail ?? `The order service answered HTTP ${response.status}`)
}

function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem(503, { type: 'unavailable', title: 'Not available now', detail }, { cause })
}
