import { answerProblems, type Logger, onlyMethods, unknownRoute } from '@outbox-cdc/service-kit'
import express, { type Express, type RequestHandler } from 'express'
import type { Config } from '../config.ts'
import type { Figure } from '../figure.ts'
import type { Sampler } from '../flow/sampler.ts'
import { searchRecords } from '../kafka/search-records.ts'
import { searchInput } from '../kafka/topic-inputs.ts'
import type { SagaWatch } from '../sagas/watch-sagas.ts'
import type { Sources } from '../sources.ts'
import { connectorRoutes } from './connector-routes.ts'
import type { EventStream } from './event-stream.ts'
import { flowRoutes } from './flow-routes.ts'
import { groupRoutes } from './group-routes.ts'
import { guardActions, onlyOwnNames, requireToken, securityHeaders } from './guard.ts'
import { aggregateRoutes } from './aggregate-routes.ts'
import { createPage } from './page-files.ts'
import { parkedRoutes } from './parked-routes.ts'
import { playgroundRoutes } from './playground-routes.ts'
import { explain } from './problems.ts'
import { openApi, serveRoutes } from './route.ts'
import { sagaRoutes, sagaSearch, sagaSearchInput, serveSagaMetrics } from './saga-routes.ts'
import { createSearches } from './search-stream.ts'
import { serveFigure } from './serve-figure.ts'
import { topicRoutes } from './topic-routes.ts'

type AppParts = {
  readonly logger: Logger
  readonly sources: Sources
  readonly sampler: Sampler
  readonly flowStream: EventStream
  /** undefined where no saga map is configured. */
  readonly sagas: SagaWatch | undefined
  readonly figure: Figure | undefined
}

/** The page, its JSON API and its event streams. */
export function createApp(config: Config, { logger, sources, sampler, flowStream, sagas, figure }: AppParts): Express {
  const guard = guardActions(config.CONSOLE_ACTIONS === 'on', logger)
  const kafka = sources.kafka.browsing
  const token = config.CONSOLE_TOKEN
  const routes = [
    ...flowRoutes(config, { sampler, guard, figure }),
    ...aggregateRoutes(sources),
    ...topicRoutes(kafka),
    ...groupRoutes(kafka),
    ...connectorRoutes(config, sources.connect),
    ...parkedRoutes(sources),
    ...sagaRoutes(sagas),
    ...playgroundRoutes(config)
  ]
  const base = config.CONSOLE_BASE_PATH
  const page = createPage(
    base,
    sources.hops.map(({ hop }) => hop)
  )
  const app = express()
  app.disable('x-powered-by').set('query parser', 'simple')
  app.use(withoutPrefix(base), ...securityHeaders(page.scriptHash))
  getOnly(app, '/health/live', (_, response) => void response.json({ status: 'up', checks: {} }))
  app.use(express.urlencoded({ extended: false, limit: 10_000 }), express.json({ limit: 100_000 }))
  const inContainer = config.CONSOLE_PUBLISHED === 'loopback'
  app.use(token === undefined ? onlyOwnNames({ inContainer }) : requireToken(token, base))
  getOnly(
    app,
    '/api/openapi.json',
    (_, response) => void response.json({ ...openApi(routes), servers: [{ url: base || '/' }] })
  )
  getOnly(app, '/api/flow/stream', flowStream.handler)
  const { reader } = kafka
  const searched = createSearches()
  getOnly(
    app,
    '/api/topics/:topic/search',
    searched(searchInput, (asked, signal) => searchRecords({ ...asked, reader, signal }))
  )
  getOnly(app, '/api/saga-search', searched(sagaSearchInput, sagaSearch(sagas, reader)))
  if (figure !== undefined) getOnly(app, '/figure.svg', serveFigure(figure))
  getOnly(app, '/metrics', serveSagaMetrics(sagas))
  app.use(serveRoutes(routes, guard.handlers))
  app.use('/api', unknownRoute)
  app.use(page.routes, unknownRoute, answerProblems(logger, explain))
  return app
}

function getOnly(app: Express, path: string, handler: RequestHandler): void {
  app.route(path).get(handler).all(onlyMethods('GET, HEAD'))
}

/** A proxy may pass its prefix on or take it off. */
function withoutPrefix(base: string): RequestHandler {
  return (request, _, next) => {
    if (base !== '' && `${request.path}/`.startsWith(`${base}/`)) {
      const rest = request.url.slice(base.length)
      request.url = rest.startsWith('/') ? rest : `/${rest}`
    }
    next()
  }
}
