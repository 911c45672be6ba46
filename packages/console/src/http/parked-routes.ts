import { notFound, Problem } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { parkedEvent, parkedKey, type ParkedStore } from '../parked/parked-store.ts'
import { missing } from './missing.ts'
import { type Route, route } from './route.ts'

const key = z.object({ consumer: z.string().min(1).max(64), key: z.string().min(1).max(64) })

export function parkedRoutes(parked: ParkedStore | undefined): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/api/parked',
      summary: 'The keys whose events wait for a person, oldest first',
      answer: z.object({ items: z.array(parkedKey) }),
      handle: async () => ({ items: await store().list().catch(asProblem) })
    }),
    route({
      method: 'get',
      path: '/api/parked/events',
      summary: 'The events of one key that wait or once waited, in their order',
      query: key,
      answer: z.object({ items: z.array(parkedEvent) }),
      handle: async ({ query }) => ({ items: await store().show(query).catch(asProblem) })
    }),
    route({
      method: 'post',
      path: '/api/parked/retry',
      summary: 'Ask the consumer to apply the waiting events of a key in their order',
      body: key,
      answer: z.object({ done: z.literal(true) }),
      async handle({ body }) {
        if (!(await store().retry(body).catch(asProblem))) throw notFound(`${body.key} is not parked any more`)
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
        if (!(await store().skip(body).catch(asProblem))) throw notFound(`${body.key} is not parked any more`)
        return { done: true as const }
      }
    })
  ]

  function store(): ParkedStore {
    if (parked !== undefined) return parked
    throw missing('EFFECT_MYSQL_URL')
  }
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
