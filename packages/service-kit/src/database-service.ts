import { setTimeout as wait } from 'node:timers/promises'
import type { Router } from 'express'
import type { Knex } from 'knex'
import type { Registry } from 'prom-client'
import { z } from 'zod'
import { variable } from './config.ts'
import { type GaugedConsumer, registerConsumerGauges } from './consumer-gauges.ts'
import { createApp } from './create-app.ts'
import { createEventMetrics, type EventObserver } from './event-metrics.ts'
import { type Check, createHealth } from './health.ts'
import { createHttpServer } from './http-server.ts'
import type { Logger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import type { Explain } from './problem.ts'
import { requireMoving } from './require-moving.ts'
import type { Service } from './run-service.ts'

/** What a service says about its configuration: its usual port, what is there, and its database. */
export type Defaults = { readonly port: number; readonly route: string; readonly database: string }

/** The variables of a service with an HTTP API, beside those of its database. */
export const httpVariables = ({ port, route }: Defaults) => ({
  HTTP_HOST: variable.host,
  HTTP_PORT: variable.port(port, route),
  STOP_DELAY_MS: variable.stopDelayMs,
  LOG_LEVEL: variable.logLevel
})

type HttpConfig = Readonly<z.output<z.ZodObject<ReturnType<typeof httpVariables>>>>

type Consumer = Omit<GaugedConsumer, 'health'> & {
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  readonly health: () => { readonly ok: boolean; readonly reason?: string; readonly stuck?: true; readonly lag: number }
}

/** What runs beside the HTTP server, such as a server of another protocol. */
export type Beside = {
  readonly start: () => unknown
  /** Lets what is under way end, within a bound. */
  readonly stop: () => Promise<void>
}

type Served = { readonly routes: Router; readonly beside: readonly Beside[] }

/** The parts of a service that are its own. */
export type ServiceParts<Config> = {
  readonly name: string
  readonly config: Config
  readonly logger: Logger
  /** Also what else starts and stops with the service. The registry takes metrics of the service's own. */
  readonly routes: (db: Knex, registry: Registry) => Router | Served
  /** OpenAPI of the routes. */
  readonly document: object
  readonly explain?: Explain
  /** A path under which the routes are served too. */
  readonly alias?: string
  /** `observe` counts the events, as an option of the library's consumer. */
  readonly consumer?: (db: Knex, observe: EventObserver) => Consumer
  /** What else must work before requests are sent to this process, on a connection of its own. */
  readonly ready?: (probes: Knex) => Readonly<Record<string, Check>>
  /** Closes what the service has opened for its parts. */
  readonly close?: () => Promise<void>
}

type Database = {
  /** What readiness calls it. */
  readonly engine: 'mysql' | 'postgres'
  readonly db: Knex
  /** Work that waits for the pool must not make this replica unready. */
  readonly probes: Knex
}

/** A service with an HTTP API, a database and, if it reads events, a consumer. Closes the pools when it stops. */
export function createDatabaseService(
  { engine, db, probes }: Database,
  { name, config, logger, consumer: createConsumer, ...parts }: ServiceParts<HttpConfig>
): Service {
  const metrics = createMetrics(name)
  const consumer = createConsumer?.(db, createEventMetrics(metrics.registry))
  const ask = async () => await probes.raw('SELECT 1')
  const answering = { [engine]: ask }
  const reading = consumer === undefined ? {} : { consumer: () => requireReading(consumer) }
  const live = consumer === undefined ? {} : { consumer: requireMoving(consumer, ask) }
  const health = createHealth({ ready: { ...answering, ...reading, ...parts.ready?.(probes) }, live })
  if (consumer !== undefined) registerConsumerGauges(consumer, metrics.registry)
  const { routes, beside } = served(parts.routes(db, metrics.registry))
  const app = createApp({ ...parts, logger, health, metrics, routes })
  const server = createHttpServer(app, { host: config.HTTP_HOST, port: config.HTTP_PORT })
  return {
    async start() {
      await Promise.all(beside.map(part => part.start()))
      const port = await server.start()
      // Where Kafka is away, the consumer joins later. Until then, health says so.
      await consumer?.start()
      return port
    },
    async stop() {
      health.beginStop()
      await wait(config.STOP_DELAY_MS)
      await Promise.all([server.stop(), consumer?.stop(), ...beside.map(part => part.stop())])
      await Promise.all([parts.close?.(), db.destroy(), probes.destroy()])
    }
  }
}

const served = (routes: Router | Served): Served => ('beside' in routes ? routes : { routes, beside: [] })

async function requireReading(consumer: Consumer): Promise<void> {
  const { ok, reason } = consumer.health()
  if (!ok) throw new Error(reason)
}
