import { answer as answers, describeApi, validated } from '@outbox-cdc/service-kit'
import { type RequestHandler, Router } from 'express'
import { z } from 'zod'

/** One path of the JSON API: it is served and documented from the same schemas. */
export type Route = {
  readonly method: 'get' | 'post'
  /** As OpenAPI writes it: `/api/orders/{id}`. */
  readonly path: string
  readonly summary: string
  readonly params?: z.ZodObject | undefined
  readonly query?: z.ZodObject | undefined
  readonly body?: z.ZodObject | undefined
  readonly answer: z.ZodType
  readonly handle: (input: RouteInput) => unknown
}

export type RouteInput = {
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: Readonly<Record<string, unknown>>
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal
}

type Typed<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodObject, A extends z.ZodType> = {
  readonly method: 'get' | 'post'
  readonly path: string
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly answer: A
  readonly handle: (input: {
    readonly params: z.output<P>
    readonly query: z.output<Q>
    readonly body: z.output<B>
    readonly signal: AbortSignal
  }) => Promise<z.input<A>> | z.input<A>
}

type None = z.ZodObject<Record<never, never>>

/** Makes the compiler check a route's handler against its schemas. */
export function route<
  A extends z.ZodType,
  P extends z.ZodObject = None,
  Q extends z.ZodObject = None,
  B extends z.ZodObject = None
>(typed: Typed<P, Q, B, A>): Route {
  return typed as unknown as Route
}

const nothing = z.object({})

/** Serves the routes; those that change something go through `guard` first. */
export function serveRoutes(routes: readonly Route[], guard: readonly RequestHandler[]): Router {
  const router = Router()
  for (const each of routes) {
    const path = each.path.replaceAll(/\{(\w+)\}/g, ':$1')
    const before = each.method === 'post' ? guard : []
    router[each.method](path, ...before, async (request, response) => {
      const gone = new AbortController()
      response.once('close', () => gone.abort())
      const answer = await each.handle({
        params: validated(each.params ?? nothing, request.params, 'path'),
        query: validated(each.query ?? nothing, request.query, 'query'),
        body: validated(each.body ?? nothing, request.body ?? {}, 'body'),
        signal: gone.signal
      })
      if (!response.headersSent) response.set('Cache-Control', 'no-store').json(answer ?? {})
    })
  }
  return router
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
