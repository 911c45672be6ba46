import { Problem, wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { journey, aggregatePage } from '../api/pipeline-schemas.ts'
import type { Config } from '../config.ts'
import { buildJourney } from '../aggregates/build-journey.ts'
import { listAggregates } from '../aggregates/list-aggregates.ts'
import { createAggregateReader } from '../aggregates/read-aggregate.ts'
import { pluralOf } from '../page/format.js'
import { reasonOf } from '../reason-of.ts'
import type { Sources } from '../sources.ts'
import { configured, unavailable } from './problems.ts'
import { get, post, type Route } from './route.ts'

const aggregateId = z.string().min(1).max(255)

export function aggregateRoutes(config: Config, sources: Sources): readonly Route[] {
  const { aggregates, effects } = sources
  const { AGGREGATE_NAME: noun } = config
  const readAggregate = createAggregateReader(config, sources)
  return [
    get('/api/orders', `The ${pluralOf(noun)}, newest first, with the time to their delivery`, {
      input: z.object({ before: aggregateId.optional(), limit: wholeNumberText(1, 100).default(30) }),
      answer: aggregatePage,
      async handle({ before, limit }) {
        const table = configured(aggregates, 'AGGREGATE_DB_URL and AGGREGATE_TABLE')
        const rows = await table.newest(limit, before)
        // The list is worth showing while the consumer's database does not answer.
        const applied = await effects?.times(rows.map(({ id }) => id)).catch(() => undefined)
        return { items: listAggregates(rows, applied), next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }
      }
    }),
    get('/api/orders/{id}', `The way of one ${noun}: what every part knows of it, stage by stage`, {
      input: z.object({ id: aggregateId }),
      answer: journey,
      handle: async ({ id }, signal) => buildJourney(await readAggregate(id, signal))
    }),
    post('/api/orders', 'Send the writer its example, WRITER_EXAMPLE, which makes it write one', {
      answer: z.object({ id: z.string() }),
      handle: () => writeOne(config)
    })
  ]
}

async function writeOne({ WRITER_URL, WRITER_NAME: writer, WRITER_EXAMPLE }: Config): Promise<{ id: string }> {
  const url = configured(WRITER_URL, 'WRITER_URL')
  const { path, body } = configured(WRITER_EXAMPLE, 'WRITER_EXAMPLE')
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000)
  }).catch((cause: unknown) => {
    throw unavailable(`${writer} does not answer (${reasonOf(cause)})`, cause)
  })
  const answer = (await response.json().catch(() => ({}))) as { id?: number | string; detail?: string }
  if (response.ok && answer.id !== undefined) return { id: String(answer.id) }
  const detail = answer.detail ?? `${writer} answered HTTP ${response.status}`
  if (response.status < 500) throw new Problem(409, { type: 'not-possible', title: 'The writer refused it', detail })
  throw unavailable(detail)
}
