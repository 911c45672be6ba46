import { setTimeout as sleep } from 'node:timers/promises'
import { answer as answers, describeApi, validated } from '@outbox-cdc/service-kit'
import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { unavailable } from './problems.ts'

type Typed<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodObject, A extends z.ZodType> = {
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly answer: A
  readonly handle: (input: {
    readonly params: z.output<P>
    readonly query: z.output<Q>
    readonly body: z.output<B>
    /** Aborted when the caller hangs up. */
    readonly signal: AbortSignal
  }) => Promise<z.input<A>> | z.input<A>
}

/** One path of the JSON API: it is served and documented from the same schemas. */
export type Route = Typed<z.ZodObject, z.ZodObject, z.ZodObject, z.ZodType> & {
  readonly method: 'get' | 'post'
  /** As OpenAPI writes it: `/api/orders/{id}`. */
  readonly path: string
  readonly summary: string
}

type None = z.ZodObject<Record<never, never>>

/** Makes the compiler check a route's handler against its schemas. */
function routeFor(method: Route['method']) {
  return <
    A extends z.ZodType,
    P extends z.ZodObject = None,
    Q extends z.ZodObject = None,
    B extends z.ZodObject = None
  >(
    path: string,
    summary: string,
    typed: Typed<P, Q, B, A>
  ) => ({ method, path, summary, ...typed }) as unknown as Route
}

export const get = routeFor('get')
export const post = routeFor('post')

/** The answer of an action. */
export const done = z.object({ done: z.literal(true) })

const nothing = z.object({})

/** Serves the routes; those that change something go through `guard` first. */
export function serveRoutes(routes: readonly Route[], guard: readonly RequestHandler[]): Router {
  const router = Router()
  for (const { method, path, params = nothing, query = nothing, body = nothing, handle } of routes) {
    const before = method === 'post' ? guard : []
    router[method](path.replaceAll(/\{(\w+)\}/g, ':$1'), ...before, async (request, response) => {
      const gone = new AbortController()
      response.once('close', () => gone.abort())
      const input = {
        params: validated(params, request.params, 'path'),
        query: validated(query, request.query, 'query'),
        body: validated(body, request.body ?? {}, 'body'),
        signal: gone.signal
      }
      const answer = await Promise.race([handle(input), tooLate()])
      if (!response.headersSent) response.set('Cache-Control', 'no-store').json(answer ?? {})
    })
  }
  return router
}

const answerTimeoutS = 15

/** A part that does not answer must not hold up the page. */
async function tooLate(): Promise<never> {
  await sleep(answerTimeoutS * 1_000, undefined, { ref: false })
  throw unavailable(`There is no answer within ${answerTimeoutS} s`)
}

/** OpenAPI 3.1 of the routes. */
export function openApi(routes: readonly Route[]): object {
  const description =
    'What the page shows, as JSON. Times are milliseconds since 1970. POST needs the header X-Console-Action.'
  return describeApi(
    'outbox-cdc console',
    description,
    routes.map(({ method, path, summary, params, query, body, answer }) => ({
      method,
      path,
      summary,
      request: {
        ...(params && { params }),
        ...(query && { query }),
        ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } })
      },
      responses: { 200: answers.json('As requested', answer), default: answers.problem('Why not') }
    }))
  )
}
