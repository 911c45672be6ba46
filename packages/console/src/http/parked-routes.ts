import { requestRetry, skipParked } from '@outbox-cdc/outbox'
import { notFound, Problem } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { parkedEvent, parkedKey } from '../api/pipeline-schemas.ts'
import { listEvents, listKeys } from '../parked/list-parked.ts'
import type { Sources } from '../sources.ts'
import { configured } from './problems.ts'
import { route } from './route.ts'
import type { Route } from './route.ts'

const key = z.object({ consumer: z.string().min(1).max(64), key: z.string().min(1).max(64) })

export function parkedRoutes({ consumerDb, actionsDb, decode }: Sources): readonly Route[] {
  const db = () => configured(consumerDb, 'EFFECT_MYSQL_URL')
  return [
    route({
      method: 'get',
      path: '/api/parked',
      summary: 'The keys whose events wait for a person, oldest first',
      answer: z.object({ items: z.array(parkedKey) }),
      handle: async () => ({ items: await listKeys(db()).catch(asProblem) })
    }),
    route({
      method: 'get',
      path: '/api/parked/events',
      summary: 'The events of one key that wait or once waited, in order',
      query: key,
      answer: z.object({ items: z.array(parkedEvent) }),
      handle: async ({ query }) => ({ items: await listEvents(db(), query, decode).catch(asProblem) })
    }),
    route({
      method: 'post',
      path: '/api/parked/retry',
      summary: 'Ask the consumer to apply the waiting events of a key in order',
      body: key,
      answer: z.object({ done: z.literal(true) }),
      async handle({ body }) {
        if (!(await requestRetry(configured(actionsDb, 'EFFECT_MYSQL_URL'), body).catch(asProblem)))
          throw notFound(`${body.key} is no longer parked`)
        return { done: true as const }
      }
    }),
    route({
      method: 'post',
      path: '/api/parked/skip',
      summary: 'Give up the first waiting event of a key for good, with a note of who and why',
      body: key.extend({ note: z.string().trim().min(3).max(500) }),
      answer: z.object({ done: z.literal(true) }),
      async handle({ body }) {
        if (!(await skipParked(configured(actionsDb, 'EFFECT_MYSQL_URL'), body).catch(asProblem)))
          throw notFound(`${body.key} is no longer parked`)
        return { done: true as const }
      }
    })
  ]
}

function asProblem(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const detail =
    code === 'ER_NO_SUCH_TABLE'
      ? 'This database has no parked_event table: the consumer does not park here'
      : code === 'ER_TABLEACCESS_DENIED_ERROR'
        ? 'The account of EFFECT_MYSQL_URL may not do this: it needs UPDATE on parked_key and parked_event'
        : undefined
  if (detail === undefined) throw error
  throw new Problem(409, { type: 'not-possible', title: 'Not possible here', detail }, { cause: error })
}
