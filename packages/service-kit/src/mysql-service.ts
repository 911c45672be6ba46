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
import { createMysql } from './mysql.ts'
import type { Explain } from './problem.ts'
import type { Service } from './run-service.ts'

type Defaults = { readonly port: number; readonly route: string; readonly database: string }

/** The variables of a service that `createMysqlService` builds. One with a consumer adds `...variable.kafka`. */
export const mysqlServiceConfig = ({ port, route, database }: Defaults) =>
  z.object({
    HTTP_HOST: variable.host,
    HTTP_PORT: variable.port(port, route),
    MYSQL_URL: variable.mysqlUrl(database),
    MYSQL_POOL_SIZE: variable.mysqlPoolSize,
    STOP_DELAY_MS: variable.stopDelayMs,
    LOG_LEVEL: variable.logLevel
  })

type Consumer = Omit<GaugedConsumer, 'health'> & {
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  readonly health: () => { readonly ok: boolean; readonly reason?: string; readonly lag: number }
}

type Parts = {
  readonly name: string
  readonly config: Readonly<z.output<ReturnType<typeof mysqlServiceConfig>>>
  readonly logger: Logger
  /** The registry takes metrics of the service's own. */
  readonly routes: (db: Knex, registry: Registry) => Router
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

/** A service on MySQL with an HTTP API and, if it reads events, a consumer, from the parts that are its own. */
export function createMysqlService({ name, config, logger, consumer: createConsumer, ...parts }: Parts): Service {
  const { MYSQL_URL: url } = config
  const db = createMysql({ url, name, poolSize: config.MYSQL_POOL_SIZE, logger })
  // Work that waits for the pool must not make this replica unready.
  const probes = createMysql({ url, name: `${name}-health`, poolSize: 1, failFast: true })
  const metrics = createMetrics(name)
  const consumer = createConsumer?.(db, createEventMetrics(metrics.registry))
  const mysql = async () => await probes.raw('SELECT 1')
  const reading = consumer === undefined ? {} : { consumer: () => requireReading(consumer) }
  const health = createHealth({ ready: { mysql, ...reading, ...parts.ready?.(probes) } })
  if (consumer !== undefined) registerConsumerGauges(consumer, metrics.registry)
  const app = createApp({ ...parts, logger, health, metrics, routes: parts.routes(db, metrics.registry) })
  const server = createHttpServer(app, { host: config.HTTP_HOST, port: config.HTTP_PORT })
  return {
    async start() {
      const port = await server.start()
      // Where Kafka is away, the consumer joins later. Until then, health says so.
      await consumer?.start()
      return port
    },
    async stop() {
      health.beginStop()
      await wait(config.STOP_DELAY_MS)
      await Promise.all([server.stop(), consumer?.stop()])
      await Promise.all([parts.close?.(), db.destroy(), probes.destroy()])
    }
  }
}

async function requireReading(consumer: Consumer): Promise<void> {
  const { ok, reason } = consumer.health()
  if (!ok) throw new Error(reason)
}
