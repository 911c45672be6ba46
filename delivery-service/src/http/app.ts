import {
  answerProblems,
  createApiDocs,
  type Health,
  type Logger,
  type Metrics,
  requestContext,
  unknownRoute
} from '@outbox-cdc/service-kit'
import express, { type Express } from 'express'
import type { DeliveryStore } from '../deliveries/delivery-store.ts'
import { apiDocument } from './api-document.ts'
import { createDeliveriesRouter } from './deliveries-router.ts'

type AppParts = {
  readonly logger: Logger
  readonly health: Health
  readonly metrics: Metrics
  readonly deliveries: DeliveryStore
}

export function createApp({ logger, health, metrics, deliveries }: AppParts): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple')
  app.use(requestContext(logger), metrics.count)
  app.use(createDeliveriesRouter(deliveries), health.routes, metrics.routes, createApiDocs(apiDocument))
  app.use(unknownRoute, answerProblems(logger))
  return app
}
