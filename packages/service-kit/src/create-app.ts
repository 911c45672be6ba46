import express, { type Express, type Router } from 'express'
import helmet from 'helmet'
import { createApiDocs } from './api-docs.ts'
import type { Health } from './health.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { answerProblems, type Explain, unknownRoute } from './problem.ts'
import { requestContext } from './request-context.ts'

type AppParts = {
  readonly logger: Logger
  readonly health: Health
  readonly metrics: Metrics
  readonly routes: Router
  /** OpenAPI of the routes. */
  readonly document: object
  /** The service's own errors in HTTP. */
  readonly explain?: Explain
}

const [none, self] = [["'none'"], ["'self'"]]
const loads = { defaultSrc: none, scriptSrc: self, styleSrc: self, imgSrc: [...self, 'data:'], connectSrc: self }
const contentSecurityPolicy = {
  useDefaults: false,
  directives: { ...loads, baseUri: none, formAction: none, frameAncestors: none }
}

/** Wraps a service's own routes: context, log and metrics before them; health, docs and problem documents after them. */
export function createApp({ logger, health, metrics, routes, document, explain }: AppParts): Express {
  const app = express().disable('etag').set('query parser', 'simple')
  app.use(helmet({ contentSecurityPolicy }), requestContext(logger), metrics.count)
  app.use(routes, health.routes, metrics.routes, createApiDocs(document))
  app.use(unknownRoute, answerProblems(logger, explain))
  return app
}
