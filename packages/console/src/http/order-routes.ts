import { Problem } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { journey, orderPage } from '../api/pipeline-schemas.ts'
import type { Config } from '../config.ts'
import { labelOf } from '../flow/build-flow.ts'
import { ConfigurationError } from '../mysql/tables.ts'
import type { FollowOrder } from '../orders/follow-order.ts'
import { reasonOf } from '../reason-of.ts'
import type { Sources } from '../sources.ts'
import { configured } from './problems.ts'
import { get, post, type Route, whole } from './route.ts'

const orderId = whole(1, Number.MAX_SAFE_INTEGER)

export function orderRoutes(config: Config, { aggregates, effects }: Sources, follow: FollowOrder): readonly Route[] {
  return [
    get('/api/orders', 'Orders, newest first, with the time to their delivery', {
      query: z.object({ before: orderId.optional(), limit: whole(1, 100).default(30) }),
      answer: orderPage,
      async handle({ query: { before, limit } }) {
        const table = configured(aggregates, 'AGGREGATE_MYSQL_URL and AGGREGATE_TABLE')
        const rows = await table.newest(limit, before).catch(asProblem)
        // The list is worth showing while the consumer's database does not answer.
        const applied = await effects?.times(rows.map(({ id }) => id)).catch(() => undefined)
        const items = rows.map(({ id, at: createdAt, columns }) => {
          const at = applied?.get(id)
          const deliveredMs = at === undefined ? null : Math.max(0, at - createdAt)
          return { id, createdAt, label: labelOf(columns), deliveredAt: at ?? null, deliveredMs }
        })
        return { items, next: items.length === limit ? (items.at(-1)?.id ?? null) : null }
      }
    }),
    get('/api/orders/{id}', 'The way of one order: what every part knows of it, stage by stage', {
      params: z.object({ id: orderId }),
      answer: journey,
      handle: ({ params, signal }) => follow(params.id, signal)
    }),
    post('/api/orders', 'Place an order through the order service', {
      body: z.object({ name: z.string().min(1).max(255), quantity: z.number().int().min(1) }),
      answer: z.object({ id: z.number() }),
      handle: ({ body }) => placeOrder(configured(config.WRITER_URL, 'WRITER_URL'), body)
    })
  ]
}

function asProblem(error: unknown): never {
  if (!(error instanceof ConfigurationError)) throw error
  const title = 'Configuration error'
  throw new Problem(501, { type: 'not-configured', title, detail: error.message }, { cause: error })
}

async function placeOrder(url: string, order: object): Promise<{ id: number }> {
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
