import { answerProblems, type Logger, unknownRoute } from '@outbox-cdc/service-kit'
import express, { type Express } from 'express'
import type { Config } from '../config.ts'
import type { Sampler } from '../flow/sampler.ts'
import type { Sources } from '../sources.ts'
import { connectorRoutes } from './connector-routes.ts'
import type { EventStream } from './event-stream.ts'
import { flowRoutes } from './flow-routes.ts'
import { groupRoutes } from './group-routes.ts'
import { guardActions, onlyLoopbackNames, requireToken, securityHeaders } from './guard.ts'
import { orderRoutes } from './order-routes.ts'
import { servePage } from './page-files.ts'
import { parkedRoutes } from './parked-routes.ts'
import { explain } from './problems.ts'
import { openApi, serveRoutes } from './route.ts'
import { searchStream, topicRoutes } from './topic-routes.ts'

type AppParts = {
  readonly logger: Logger
  readonly sources: Sources
  readonly sampler: Sampler
  readonly flowStream: EventStream
}

/** The page, its JSON API and its event streams. */
export function createApp(config: Config, { logger, sources, sampler, flowStream }: AppParts): Express {
  const guard = guardActions(config.CONSOLE_ACTIONS === 'on', logger)
  const kafka = sources.kafka.browsing
  const token = config.CONSOLE_TOKEN
  const routes = [
    ...flowRoutes(config, sampler, guard),
    ...orderRoutes(config, sources),
    ...topicRoutes(kafka),
    ...groupRoutes(kafka),
    ...connectorRoutes(config, sources.connect),
    ...parkedRoutes(sources)
  ]
  const app = express()
  app.disable('x-powered-by').set('query parser', 'simple')
  app.use(...securityHeaders)
  app.get('/health/live', (_, response) => response.json({ status: 'up', checks: {} }))
  app.use(express.urlencoded({ extended: false, limit: 10_000 }), express.json({ limit: 100_000 }))
  app.use(token === undefined ? onlyLoopbackNames : requireToken(token))
  app.get('/api/openapi.json', (_, response) => response.json(openApi(routes)))
  app.get('/api/flow/stream', flowStream.handler)
  app.get('/api/topics/:topic/search', searchStream(kafka))
  app.use(serveRoutes(routes, guard.handlers))
  app.use('/api', unknownRoute)
  app.use(servePage(), unknownRoute, answerProblems(logger, explain))
  return app
}
