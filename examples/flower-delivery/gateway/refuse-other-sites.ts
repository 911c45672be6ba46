import { Problem } from '@outbox-cdc/service-kit'
import type { RequestHandler } from 'express'

const reading = ['GET', 'HEAD', 'OPTIONS']

/** A page of another site may not change anything here with the browser of its reader. */
export const refuseOtherSites: RequestHandler = (request, _, next) => {
  const site = request.get('sec-fetch-site') ?? 'none'
  if (reading.includes(request.method) || ['none', 'same-origin'].includes(site)) return next()
  const detail = 'A page of another site may not change anything here'
  throw new Problem(403, { type: 'other-site', title: 'Forbidden', detail })
}
