import { createConsumer, kafkajsClient } from '@outbox-cdc/outbox'
import { postgresOptions } from '@outbox-cdc/outbox/security'
import {
  answerProblems,
  createEventMetrics,
  createHealth,
  createHttpServer,
  createMetrics,
  explainConnections,
  kafkaFrom,
  type Logger,
  registerConsumerGauges,
  type Service,
  unknownRoute,
  variable
} from '@outbox-cdc/service-kit'
import express from 'express'
import knex from 'knex'
import { z } from 'zod'
import { createRoutes } from './routes.ts'
import { topics } from './topics.ts'

export const configSchema = z.object({
  HTTP_HOST: variable.host,
  HTTP_PORT: variable.port(8282, 'GET /days/DAY'),
  DATABASE_URL: variable.postgresUrl('board'),
  ...variable.kafka,
  INBOX_KEEP_MS: variable.inboxKeepMs,
  LOG_LEVEL: variable.logLevel
})

type Config = Readonly<z.output<typeof configSchema>>

/** Shows the appointments of a day. It reads two topics with one consumer: one group, one inbox. */
export function createService(config: Config, logger: Logger): Service {
  const open = (max: number) =>
    knex({ client: 'pg', connection: postgresOptions(config.DATABASE_URL), pool: { min: 0, max } })
  const db = open(10)
  // Requests that wait for the pool must not make this replica unready.
  const probes = open(1)
  for (const pool of [db, probes]) explainConnections(pool, config.DATABASE_URL)
  const kafka = kafkajsClient({ ...kafkaFrom(config), clientId: 'board', logger })
  const { INBOX_KEEP_MS: keepMs } = config
  const metrics = createMetrics('board')
  const consumer = createConsumer({
    kafka,
    group: 'board',
    db,
    logger,
    inbox: { keepMs },
    topics,
    observe: createEventMetrics(metrics.registry)
  })
  registerConsumerGauges(consumer, metrics.registry)
  const reading = async () => {
    const { ok, reason } = consumer.health()
    if (!ok) throw new Error(reason)
  }
  const health = createHealth({ ready: { database: async () => await probes.raw('SELECT 1'), consumer: reading } })
  const app = express()
    .disable('x-powered-by')
    .use(metrics.count, createRoutes(db), health.routes, metrics.routes, unknownRoute, answerProblems(logger))
  const server = createHttpServer(app, { host: config.HTTP_HOST, port: config.HTTP_PORT })
  return {
    async start() {
      const port = await server.start()
      await consumer.start()
      return port
    },
    async stop() {
      health.beginStop()
      await Promise.all([server.stop(), consumer.stop()])
      await Promise.all([kafka.close(), db.destroy(), probes.destroy()])
    }
  }
}
