import { Problem, wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { journey, aggregatePage } from '../api/pipeline-schemas.ts'
import type { Hop } from '@outbox-cdc/outbox/hops'
import { chosenHop } from '../chosen-hop.ts'
import { buildJourney } from '../aggregates/build-journey.ts'
import { listAggregates } from '../aggregates/list-aggregates.ts'
import { createAggregateReader } from '../aggregates/read-aggregate.ts'
import { reasonOf } from '../reason-of.ts'
import type { Sources } from '../sources.ts'
import { configured, unavailable } from './problems.ts'
import { get, hopName, post, type Route } from './route.ts'

const aggregateId = z.string().min(1).max(255)
const inHop = z.object({ hop: hopName })

export function aggregateRoutes({ kafka, hops }: Sources): readonly Route[] {
  const followed = hops.map(one => ({ ...one, read: createAggregateReader(kafka.browsing, one) }))
  return [
    get('/api/orders', "The aggregates of a hop, newest first, with the time to each one's delivery", {
      input: inHop.extend({ before: aggregateId.optional(), limit: wholeNumberText(1, 100).default(30) }),
      answer: aggregatePage,
      async handle({ hop, before, limit }) {
        const { aggregates, effects } = chosenHop(hops, hop)
        const table = configured(aggregates, 'aggregate.url and aggregate.table of the hop')
        const rows = await table.newest(limit, before)
        // The list is worth showing while the consumer's database does not answer.
        const applied = await effects?.times(rows.map(({ id }) => id)).catch(() => undefined)
        return { items: listAggregates(rows, applied), next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }
      }
    }),
    get('/api/orders/{id}', 'The way of one aggregate: what every part knows of it, stage by stage', {
      input: inHop.extend({ id: aggregateId }),
      answer: journey,
      handle: async ({ hop, id }, signal) => buildJourney(await chosenHop(followed, hop).read(id, signal))
    }),
    post('/api/orders', 'Send the writer its example, which makes it write one', {
      input: inHop,
      answer: z.object({ id: z.string() }),
      handle: ({ hop }) => writeOne(chosenHop(hops, hop).hop)
    })
  ]
}

async function writeOne({ writerUrl, writer, example }: Hop): Promise<{ id: string }> {
  const url = configured(writerUrl, 'writerUrl of the hop')
  const { path, body } = configured(example, 'example of the hop')
  const response = await fetch(new URL(path, url.split(',')[0]), {
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
