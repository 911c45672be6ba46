import { STATUS_CODES } from 'node:http'
import { databaseFault } from '@outbox-cdc/outbox/database-errors'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Logger } from './logger.ts'

/** The shape of a problem document, for an API's description. */
export const problemSchema = z
  .object({
    type: z.string().meta({ example: 'urn:problem-type:invalid-request' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().meta({ description: 'The requested path' }),
    requestId: z.string().meta({ description: 'The id in the log lines of this request' }),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional()
  })
  .meta({ id: 'Problem' })

type ProblemDocument = Readonly<z.infer<typeof problemSchema>>
export type FieldError = NonNullable<ProblemDocument['errors']>[number]

/** `type` is the last part of `urn:problem-type:…`. Clients may branch on it. */
type ProblemInput = Pick<ProblemDocument, 'type' | 'title' | 'detail' | 'errors'> & {
  readonly headers?: Readonly<Record<string, string>>
  /** Members of the document beside the usual ones. */
  readonly members?: Readonly<Record<string, unknown>>
}

/** An error answer, as an RFC 9457 problem document. The client sees its text unchanged. */
export class Problem extends Error {
  readonly status: number
  readonly input: ProblemInput

  constructor(status: number, input: ProblemInput, options?: ErrorOptions) {
    super(input.detail ?? input.title, options)
    this.status = status
    this.input = input
  }
}

export const notFound = (detail: string): Problem => new Problem(404, { type: 'not-found', title: 'Not found', detail })

/** The last handler of a route: OPTIONS says what is allowed, every other method is a 405. */
export const onlyMethods = (allow: string): RequestHandler => {
  return (request, response) => {
    if (request.method === 'OPTIONS') return void response.set('Allow', allow).status(204).end()
    const detail = `${request.method} is not allowed here; allowed: ${allow}`
    throw new Problem(405, { type: 'wrong-method', title: 'Method not allowed', detail, headers: { Allow: allow } })
  }
}

/** For files: what can be read may not exist, but every other method is a 405. */
export const readOnly: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') next()
  else onlyMethods('GET, HEAD')(request, response, next)
}

export const unknownRoute: RequestHandler = request => {
  throw notFound(`There is nothing at ${request.path.slice(0, 200)}`)
}

/** Turns a service's own errors into problems; undefined for all others. */
export type Explain = (error: unknown) => Problem | undefined

/** Answers each error with a problem document. An unexpected error is logged once, here; the client sees no detail. */
export function answerProblems(logger: Logger, explain: Explain = () => undefined): ErrorRequestHandler {
  // oxlint-disable-next-line max-params -- express recognises an error handler by its four parameters
  return (error, request, response, next) => {
    const problem = explain(error) ?? toProblem(error)
    if (problem.status === 503) response.locals['reason'] = reasonOf(error).slice(0, 100)
    else if (problem.status >= 500)
      logger.error({ err: error, requestId: response.locals['requestId'] }, 'request failed')
    if (response.headersSent) return next(error)
    sendProblem(problem, request, response)
  }
}

/** `WRITE_FAILED: ECONNREFUSED`: a library's code, and that of the driver. Without codes, the message. */
function reasonOf(error: Error & { code?: unknown }): string {
  const codes = [error.code, (error.cause as { code?: unknown } | undefined)?.code]
  return codes.filter(code => typeof code === 'string').join(': ') || error.message
}

function sendProblem({ status, input }: Problem, request: Request, response: Response): void {
  const { type, title, detail, errors, members, headers = {} } = input
  const instance = request.originalUrl.split('?')[0]?.slice(0, 200)
  const { requestId } = response.locals
  response.status(status).set(headers).type('application/problem+json')
  response.send(
    JSON.stringify({ type: `urn:problem-type:${type}`, title, status, detail, instance, requestId, errors, ...members })
  )
}

/** What a client may know of an error. An unexpected one is a 500 without its text. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const fault = databaseFault(error)
  if (fault === 'transient' || fault === 'unavailable') {
    const detail = 'The database does not answer. The request may or may not have taken effect; try again.'
    const headers = { 'Retry-After': '2' }
    return new Problem(503, { type: 'unavailable', title: 'Not available now', detail, headers })
  }
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500
  if (status >= 400 && status < 500) return fromExpress(status, error as Error & { type?: string })
  return new Problem(500, { type: 'internal', title: 'Internal error' }, { cause: error })
}

const bodyProblems: Readonly<Record<string, readonly [field: string, message: string]>> = {
  'entity.parse.failed': ['body', 'is not valid JSON'],
  'entity.too.large': ['body', 'is larger than 100 kB'],
  'encoding.unsupported': ['content-encoding', 'must be left out: the body is read as it is'],
  'charset.unsupported': ['content-type', 'must be application/json in UTF-8'],
  'request.aborted': ['body', 'ended early'],
  'request.size.invalid': ['body', 'is not as long as content-length says']
}

function fromExpress(status: number, error: Error & { type?: string }): Problem {
  const [field, message] = bodyProblems[error.type ?? ''] ?? ['url', 'cannot be read']
  const title = STATUS_CODES[status] ?? 'The request is not valid'
  // The rest of a body that is too large isn't read: the connection ends with the answer.
  const headers = status === 413 ? { Connection: 'close' } : {}
  return new Problem(status, {
    type: 'invalid-request',
    title,
    detail: `${field} ${message}`,
    errors: [{ field, message }],
    headers
  })
}
