import { requireOutboxTable } from '@outbox-cdc/outbox'
import { drizzleTransaction } from '@outbox-cdc/outbox/drizzle'
import {
  answerProblems,
  createHealth,
  createHttpServer,
  createMetrics,
  databaseAt,
  explaining,
  type Logger,
  type Service,
  unknownRoute,
  variable
} from '@outbox-cdc/service-kit'
import express from 'express'
import { z } from 'zod'
import { openDatabase } from './database.ts'
import { createRoutes, explain } from './routes.ts'

export const configSchema = z.object({
  HTTP_HOST: variable.host,
  HTTP_PORT: variable.port(8280, 'PUT /appointments/ID'),
  DATABASE_URL: variable.postgresUrl('reception'),
  LOG_LEVEL: variable.logLevel
})

type Config = Readonly<z.output<typeof configSchema>>

/** Registers patients and books appointments, and publishes both. */
export function createService(config: Config, logger: Logger): Service {
  const { db, close } = openDatabase(config.DATABASE_URL, logger)
  // Requests that wait for the pool must not make this replica unready.
  const probes = openDatabase(config.DATABASE_URL, logger, 1)
  const at = databaseAt(config.DATABASE_URL)
  const health = createHealth({
    ready: {
      database: () => explaining(at, () => probes.db.execute('SELECT 1')),
      outbox: () =>
        explaining(at, () =>
          probes.db.transaction(tx => requireOutboxTable(drizzleTransaction(tx), { aggregateId: 'string' }))
        )
    }
  })
  const metrics = createMetrics('reception')
  const app = express()
    .disable('x-powered-by')
    .use(metrics.count, createRoutes(db), health.routes, metrics.routes, unknownRoute, answerProblems(logger, explain))
  const server = createHttpServer(app, { host: config.HTTP_HOST, port: config.HTTP_PORT })
  return {
    start: () => server.start(),
    async stop() {
      health.beginStop()
      await server.stop()
      await Promise.all([close(), probes.close()])
    }
  }
}
