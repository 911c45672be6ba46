import express, { type Express, type Router } from 'express'
import helmet from 'helmet'
import { createApiDocument, createSwaggerUi } from './api-docs.ts'
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
  /** A path under which the routes are served too, with Swagger UI at `swagger-ui` below it. */
  readonly alias?: string
}

const [none, self] = [["'none'"], ["'self'"]]
const loads = { defaultSrc: none, scriptSrc: self, styleSrc: self, imgSrc: [...self, 'data:'], connectSrc: self }
const contentSecurityPolicy = {
  useDefaults: false,
  directives: { ...loads, baseUri: none, formAction: none, frameAncestors: none }
}

/** Wraps a service's own routes: context, log and metrics before them; health, docs and problem documents after them. */
export function createApp({ logger, health, metrics, routes, document, explain, alias }: AppParts): Express {
  const app = express().disable('etag').set('query parser', 'simple')
  app.use(helmet({ contentSecurityPolicy, frameguard: { action: 'deny' } }), requestContext(logger), metrics.count)
  app.use(routes, health.routes, metrics.routes, createApiDocument(document))
  app.use('/docs', createSwaggerUi())
  if (alias !== undefined) app.use(alias, routes).use(`${alias}/swagger-ui`, createSwaggerUi())
  app.use(unknownRoute, answerProblems(logger, explain))
  return app
}
