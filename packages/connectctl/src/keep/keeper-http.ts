import express from 'express'
import type { Server } from 'node:http'
import type { Metrics } from './metrics.ts'
import { jmxFigures } from './jmx.ts'
import type { Watched } from './watch.ts'

export type KeeperHttpOptions = {
  readonly host: string
  readonly port: number
  readonly metrics: Metrics
  readonly jmxUrls: readonly string[]
  readonly watched: () => readonly Watched[]
}

/** `/health` is red when nothing flows; `/health/live` only says that the keeper itself lives. */
export function startKeeperHttp(options: KeeperHttpOptions): Promise<Server> {
  const app = express().disable('x-powered-by')
  app.get('/health', (_request, response) => {
    const connectors = options.watched().map(healthOf)
    const ok = connectors.every(({ healthy }) => healthy)
    response.status(ok ? 200 : 503).json({ ok, connectors })
  })
  app.get('/health/live', (_request, response) => void response.json({ ok: true }))
  app.get('/metrics', async (_request, response) => {
    const [own, jmx] = await Promise.all([options.metrics.text(), jmxFigures(options.jmxUrls)])
    response.type(options.metrics.contentType).send(own + jmx)
  })
  return new Promise((resolve, reject) => {
    const server = app.listen(options.port, options.host, error => (error ? reject(error) : resolve(server)))
  })
}

function healthOf(one: Watched) {
  const { name, verdict, reason, flow, fatal, actions, lastAction } = one
  const healthy = verdict === 'flowing' || verdict === 'paused' || verdict === 'stopped'
  return { name, verdict, reason, ageMs: flow.ageMs, healthy, fatal, actions, lastAction }
}
