import { type RequestHandler, Router } from 'express'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { onlyMethods } from './problem.ts'

export type Metrics = { readonly registry: Registry; readonly count: RequestHandler; readonly routes: Router }

/** `GET /metrics` for Prometheus: the process, its requests by route and status, and the service's own metrics. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered',
    labelNames: ['method', 'route', 'status'],
    registers
  })
  const seconds = new Histogram({
    name: 'http_request_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers
  })
  const count: RequestHandler = (request, response, next) => {
    const end = seconds.startTimer()
    response.once('close', () => {
      // The route's pattern, not the path: callers must not be able to create any number of series.
      const route = request.route?.path ?? 'none'
      const method = request.route ? request.method : 'any'
      requests.inc({ method, route, status: response.statusCode })
      end({ method, route })
    })
    next()
  }
  const routes = Router()
  routes
    .route('/metrics')
    .get(async (_, response) => {
      response.type(registry.contentType).send(await registry.metrics())
    })
    .all(onlyMethods('GET, HEAD'))
  return { registry, count, routes }
}
