import { isUtf8 } from 'node:buffer'
import { json, type Request, type RequestHandler } from 'express'
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

/** Reads a JSON body of at most 100 kB. It rejects bytes that are not UTF-8 instead of replacing them. */
export const jsonBody: readonly RequestHandler[] = [
  requireJson,
  json({
    limit: 100_000,
    inflate: false,
    strict: false,
    verify(...[, , body, encoding]: [unknown, unknown, Buffer, string]) {
      if (encoding !== 'utf-8') throw unsupported('must be application/json in UTF-8')
      if (!isUtf8(body)) throw invalidRequest([{ field: 'body', message: 'is not UTF-8' }])
    }
  })
]
