import { answerProblems, type Logger, unknownRoute } from '@outbox-cdc/service-kit'
import express, { type Express, type RequestHandler } from 'express'
import { type ActionGuard, onlyLoopbackNames, requireToken, securityHeaders } from './guard.ts'
import { servePage, servePageFiles } from './page-files.ts'
import { explain } from './problems.ts'
import { openApi, type Route, serveRoutes } from './route.ts'

export type AppParts = {
  readonly logger: Logger
  readonly token: string | undefined
  readonly guard: ActionGuard
  readonly routes: readonly Route[]
  readonly streams: Readonly<Record<string, RequestHandler>>
}

export function createApp({ logger, token, guard, routes, streams }: AppParts): Express {
  const app = express()
  app.disable('x-powered-by').set('query parser', 'simple')
  app.use(...securityHeaders)
  app.get('/health/live', (_, response) => response.json({ status: 'up', checks: {} }))
  app.use(express.urlencoded({ extended: false, limit: 10_000 }), express.json({ limit: 100_000 }))
  app.use(token === undefined ? onlyLoopbackNames : requireToken(token))
  app.get('/api/openapi.json', (_, response) => response.json(openApi(routes)))
  app.use(serveRoutes(routes, guard.handlers))
  for (const [path, handler] of Object.entries(streams)) app.get(path, handler)
  app.use('/api', unknownRoute)
  app.use(servePageFiles())
  app.get(/^\/[\w\-./%~@:+]*$/, servePage)
  app.use(unknownRoute, answerProblems(logger, explain))
  return app
}
