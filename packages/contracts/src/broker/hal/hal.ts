import type { Request, Response } from 'express'

export type Link = {
  readonly href: string
  readonly title?: string
  readonly name?: string
  readonly templated?: true
}

/** Builds the absolute address of a resource, as the client that asks can reach it. Each part is encoded. */
export type Href = (...path: readonly (string | number)[]) => string

export function hrefOf(request: Request): Href {
  const base = `${request.protocol}://${request.get('host') ?? 'localhost'}`
  return (...path) => `${base}/${path.map(part => encodeURIComponent(part)).join('/')}`
}

/** Answers with a HAL document. */
export function sendHal(response: Response, document: object, status = 200): void {
  response.status(status).type('application/hal+json').json(document)
}
