import { isUtf8 } from 'node:buffer'
import { json, raw, type Request, type RequestHandler } from 'express'
import { Problem } from './problem.ts'
import { invalidRequest } from './validate.ts'

const unsupported = (detail: string) => {
  const errors = [{ field: 'content-type', message: detail }]
  return new Problem(415, { type: 'invalid-request', title: 'Unsupported media type', detail, errors })
}

/** Clients send `Content-Length: 0` with a POST that has no body. `is` takes it for a body. */
const isEmpty = ({ headers }: Request) => headers['content-length'] === '0' && headers['content-type'] === undefined

const requireJson: RequestHandler = (request, _, next) => {
  // `is` returns null for a request without a body; the schema refuses that one, with its own message.
  if (!isEmpty(request) && request.is('application/json') === false) throw unsupported('must be application/json')
  next()
}

const limit = 100_000

/** Reads a JSON body of at most 100 kB. It rejects bytes that are not UTF-8 instead of replacing them. */
export const jsonBody: readonly RequestHandler[] = [
  requireJson,
  json({
    limit,
    inflate: false,
    strict: false,
    verify(...[, , body, encoding]: [unknown, unknown, Buffer, string]) {
      if (encoding !== 'utf-8') throw unsupported('must be application/json in UTF-8')
      if (!isUtf8(body)) throw invalidRequest([{ field: 'body', message: 'is not UTF-8' }])
    }
  })
]

/** Reads a body of any kind as it is, at most 100 kB, for a service that sends it on. `request.body` is undefined if there is none. */
export const rawBody: RequestHandler = raw({ type: () => true, limit, inflate: false })
