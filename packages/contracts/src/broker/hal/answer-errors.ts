import { type Problem, toProblem } from '@outbox-cdc/service-kit'
import type { ErrorRequestHandler } from 'express'

type Errors = Readonly<Record<string, readonly string[]>>

/**
 * Answers errors as the official tools print them: the sentences by field, in `errors`. They ignore problem documents. What
 * isn't the caller's fault is left to the next handler, which logs it.
 */
export function answerErrors(): ErrorRequestHandler {
  // oxlint-disable-next-line max-params -- express recognises an error handler by its four parameters
  return (error, request, response, next) => {
    const problem = toProblem(error)
    if (problem.status === 500 || request.path.startsWith('/api/') || response.headersSent) return next(error)
    const { status, input, message } = problem
    if (status === 503) response.locals['reason'] = String(error.code ?? error.message).slice(0, 100)
    response.status(status).set({ ...input.headers })
    response.type('application/hal+json').json({
      title: input.title,
      status,
      detail: message,
      error: { code: input.type, message },
      errors: errorsOf(problem),
      ...input.members
    })
  }
}

function errorsOf({ input, message }: Problem): Errors {
  const errors: Record<string, string[]> = {}
  for (const each of input.errors ?? []) (errors[each.field] ??= []).push(each.message)
  return Object.keys(errors).length > 0 ? errors : { [input.type]: [message] }
}
