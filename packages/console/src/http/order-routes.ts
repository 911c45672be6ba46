import { Problem, wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { journey, orderPage } from '../api/pipeline-schemas.ts'
import type { Config } from '../config.ts'
import { buildJourney } from '../orders/build-journey.ts'
import { listOrders } from '../orders/list-orders.ts'
import { createOrderReader } from '../orders/read-order.ts'
import { reasonOf } from '../reason-of.ts'
import type { Sources } from '../sources.ts'
import { configured, unavailable } from './problems.ts'
import { get, post, type Route } from './route.ts'

const orderId = z.string().min(1).max(64)

export function orderRoutes(config: Config, sources: Sources): readonly Route[] {
  const { aggregates, effects } = sources
  const readOrder = createOrderReader(config, sources)
  return [
    get('/api/orders', 'Orders, newest first, with the time to their delivery', {
      input: z.object({ before: orderId.optional(), limit: wholeNumberText(1, 100).default(30) }),
      answer: orderPage,
      async handle({ before, limit }) {
        const table = configured(aggregates, 'AGGREGATE_MYSQL_URL and AGGREGATE_TABLE')
        const rows = await table.newest(limit, before)
        // The list is worth showing while the consumer's database does not answer.
        const applied = await effects?.times(rows.map(({ id }) => id)).catch(() => undefined)
        return { items: listOrders(rows, applied), next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }
      }
    }),
    get('/api/orders/{id}', 'The way of one order: what every part knows of it, stage by stage', {
      input: z.object({ id: orderId }),
      answer: journey,
      handle: async ({ id }, signal) => buildJourney(await readOrder(id, signal))
    }),
    post('/api/orders', 'Place an order through the order service', {
      input: z.object({ name: z.string().min(1).max(255), quantity: z.int().min(1).max(2_147_483_647) }),
      answer: z.object({ id: z.string() }),
      handle: order => placeOrder(configured(config.WRITER_URL, 'WRITER_URL'), order)
    })
  ]
}

async function placeOrder(url: string, order: object): Promise<{ id: string }> {
  const response = await fetch(new URL('/order', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
    signal: AbortSignal.timeout(10_000)
  }).catch((cause: unknown) => {
    throw unavailable(`The order service does not answer (${reasonOf(cause)})`, cause)
  })
  const answer = (await response.json().catch(() => ({}))) as { id?: number | string; detail?: string }
  if (response.ok && answer.id !== undefined) return { id: String(answer.id) }
  const detail = answer.detail ?? `The order service answered HTTP ${response.status}`
  if (response.status < 500) throw new Problem(409, { type: 'not-possible', title: 'The order was refused', detail })
  throw unavailable(detail)
}
