import { join } from 'node:path'
import { databaseFault } from '@outbox-cdc/outbox/database-errors'
import {
  createApp,
  createHealth,
  createHttpServer,
  createMetrics,
  createPostgres,
  databaseAt,
  type Logger,
  migrate
} from '@outbox-cdc/service-kit'
import { type Credentials, onlyLoopbackNames, requireLogin } from './authentication.ts'
import { brokerRoutes } from './broker-routes.ts'

export type BrokerOptions = {
  readonly databaseUrl: string
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  readonly logger: Logger
  /** Without, everyone who reaches it may read and publish. */
  readonly credentials?: Credentials
}

export type Broker = {
  /** Brings the tables up to date, and resolves with the port once requests are accepted. */
  readonly start: () => Promise<number>
  readonly stop: () => Promise<void>
}

const name = 'contract-broker'

/**
 * A contract broker on PostgreSQL. What it has answered with success is committed. While PostgreSQL is away it answers 503,
 * and goes on when that is back.
 */
export function createBroker({ databaseUrl: url, host, port, logger, credentials }: BrokerOptions): Broker {
  const db = createPostgres({ url, name, logger })
  const probes = createPostgres({ url, name: `${name}-health`, poolSize: 1, failFast: true })
  const health = createHealth({ ready: { postgres: async () => await probes.raw('SELECT 1') } })
  const guard = credentials === undefined ? onlyLoopbackNames(host) : requireLogin(credentials)
  const app = createApp({ logger, health, metrics: createMetrics(name), routes: brokerRoutes(db, guard), document })
  const server = createHttpServer(app, { host, port })
  return {
    async start() {
      await migrateTables(url, logger)
      return server.start()
    },
    async stop() {
      health.beginStop()
      await server.stop()
      await Promise.all([db.destroy(), probes.destroy()])
    }
  }
}

async function migrateTables(url: string, logger: Logger): Promise<void> {
  const directory = join(import.meta.dirname, 'migrations')
  const report = (sentence: string) => logger.info({ sentence }, 'migration')
  await migrate({ url, directory, report }).catch((error: unknown) => {
    if (databaseFault(error) === undefined) throw error
    const { part, address } = databaseAt(url)
    const sentence = `${part} at ${address} does not answer. Start it, then start the contract broker again.`
    throw new Error(sentence, { cause: error })
  })
}

const document = {
  openapi: '3.1.0',
  info: {
    title: 'contract broker',
    version: '0.1.0',
    description: 'The links at / lead to everything. The pages read what is below /api.'
  },
  paths: {}
}
