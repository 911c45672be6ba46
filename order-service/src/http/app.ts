import {
  answerProblems,
  createApiDocs,
  createMetrics,
  type Health,
  type Logger,
  requestContext,
  unknownRoute
} from '@outbox-cdc/service-kit'
import express, { type Express } from 'express'
import { apiDocument } from './api-document.ts'
import { explain } from './explain.ts'
import { createOrdersRouter, type OrdersRouterParts } from './orders-router.ts'

type AppParts = OrdersRouterParts & { readonly logger: Logger; readonly health: Health }

export function createApp({ logger, health, ...parts }: AppParts): Express {
  const metrics = createMetrics('order-service')
  const app = express()
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple')
  app.use(requestContext(logger), metrics.count)
  app.use(createOrdersRouter(parts), health.routes, metrics.routes, createApiDocs(apiDocument))
  app.use(unknownRoute, answerProblems(logger, explain))
  return app
}
