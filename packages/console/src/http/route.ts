import { setTimeout as sleep } from 'node:timers/promises'
import { answer as answers, describeApi, onlyMethods, validated } from '@outbox-cdc/service-kit'
import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { unavailable } from './problems.ts'

type Typed<I extends z.ZodObject, A extends z.ZodType> = {
  /** What stands in the path, and in the query of a GET or the body of a POST. */
  readonly input?: I
  readonly answer: A
  /** `signal` is aborted when the caller hangs up. */
  readonly handle: (input: z.output<I>, signal: AbortSignal) => Promise<z.input<A>> | z.input<A>
}

/** One path of the JSON API: it is served and documented from the same schemas. */
export type Route = Required<Typed<z.ZodObject, z.ZodType>> & {
  readonly method: 'get' | 'post'
  /** As OpenAPI writes it: `/api/orders/{id}`. */
  readonly path: string
  readonly summary: string
}

type None = z.ZodObject<Record<never, never>>

/** Makes the compiler check a route's handler against its schemas. */
function routeFor(method: Route['method']) {
  return <A extends z.ZodType, I extends z.ZodObject = None>(path: string, summary: string, typed: Typed<I, A>) =>
    ({ method, path, summary, input: z.object({}), ...typed }) as unknown as Route
}

export const get = routeFor('get')
export const post = routeFor('post')

/** Which hop is asked about. */
export const hopName = z.string().max(249).optional().meta({ description: 'The first one if left out' })

/** The answer of an action. */
export const done = z.object({ done: z.literal(true) })

/** Serves the routes; those that change something go through `guard` first. */
export function serveRoutes(routes: readonly Route[], guard: readonly RequestHandler[]): Router {
  const router = Router()
  for (const { method, path, input, handle } of routes) {
    const before = method === 'post' ? guard : []
    router[method](expressPath(path), ...before, async (request, response) => {
      const gone = new AbortController()
      response.once('close', () => gone.abort())
      const asked: unknown = method === 'get' ? request.query : request.body
      // A list would lose its brackets, and with them what is wrong with it.
      const given = Array.isArray(asked) ? asked : { ...(asked as object), ...request.params }
      const answer = await Promise.race([handle(validated(input, given, 'body'), gone.signal), tooLate()])
      if (!response.headersSent) response.set('Cache-Control', 'no-store').json(answer)
    })
  }
  for (const [path, sharing] of Map.groupBy(routes, ({ path }) => path)) {
    const allowed = sharing.map(({ method }) => (method === 'get' ? 'GET, HEAD' : 'POST'))
    router.all(expressPath(path), onlyMethods(allowed.join(', ')))
  }
  return router
}

const expressPath = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1')

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
  const documented = routes.map(({ method, path, summary, input, answer }) => {
    const part = (isInPath: boolean) =>
      z.object(
        Object.fromEntries(Object.entries(input.shape).filter(([name]) => path.includes(`{${name}}`) === isInPath))
      )
    const [params, rest] = [part(true), part(false)]
    const isAsked = Object.keys(rest.shape).length > 0
    const body = { required: true, content: { 'application/json': { schema: rest } } }
    const request = method === 'get' ? { params, query: rest } : { params, ...(isAsked ? { body } : {}) }
    const responses = { 200: answers.json('As requested', answer), default: answers.problem('Why not') }
    return { method, path, summary, request, responses }
  })
  return describeApi('outbox-cdc console', description, documented)
}
