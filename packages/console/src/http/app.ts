import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { answerProblems, type Logger, Problem, unknownRoute } from '@outbox-cdc/service-kit'
import express, { type Express, type RequestHandler } from 'express'
import { type EventStream, eventText } from './event-stream.ts'
import { demandToken, type ActionGuard, onlyLoopbackNames, securityHeaders } from './guard.ts'
import { openApi } from './openapi.ts'
import { type Route, serveRoutes } from './route.ts'

export type AppParts = {
  readonly logger: Logger
  readonly token: string | undefined
  readonly guard: ActionGuard
  readonly routes: readonly Route[]
  readonly streams: Readonly<Record<string, RequestHandler>>
}

const page = join(import.meta.dirname, '../page')
const uplot = dirname(createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css'))

export function createApp({ logger, token, guard, routes, streams }: AppParts): Express {
  const app = express()
  app.disable('x-powered-by').set('query parser', 'simple')
  app.use(securityHeaders)
  app.get('/health/live', (_, response) => response.json({ status: 'up', checks: {} }))
  app.use(express.urlencoded({ extended: false, limit: 10_000 }), express.json({ limit: 100_000 }))
  app.use(token === undefined ? onlyLoopbackNames : demandToken(token))
  app.get('/api/openapi.json', (_, response) => response.json(openApi(routes)))
  app.use(serveRoutes(routes, guard.handlers))
  for (const [path, handler] of Object.entries(streams)) app.get(path, handler)
  app.use('/api', unknownRoute)
  for (const file of ['uPlot.iife.min.js', 'uPlot.min.css'])
    app.get(`/vendor/${file}`, (_, response) => response.sendFile(join(uplot, file), { maxAge: '1h' }))
  app.use(express.static(page, { index: false, redirect: false, cacheControl: false }))
  // Every view has an address; the page reads it.
  app.get(/^\/[\w\-./%~@:+]*$/, (request, response, next) =>
    /\.(js|css|svg|map|ico)$/.test(request.path) ? next() : response.sendFile(join(page, 'index.html'))
  )
  app.use(unknownRoute, answerProblems(logger))
  return app
}

/** A handler that adds its caller to the readers of a stream. */
export function streamHandler(stream: EventStream, event: string, newest: () => unknown): RequestHandler {
  return (_, response) => {
    if (!stream.add(response, eventText(event, JSON.stringify(newest()))))
      throw new Problem(503, { type: 'too-many-readers', title: 'Too many readers', detail: 'Close some tabs' })
  }
}
