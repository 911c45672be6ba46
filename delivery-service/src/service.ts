import { setTimeout as wait } from 'node:timers/promises'
import { createApp, createHealth, createHttpServer, createMetrics, createMysql } from '@outbox-cdc/service-kit'
import type { Logger, Service } from '@outbox-cdc/service-kit'
import type { Config } from './config.ts'
import { createDeliveryStore } from './deliveries/delivery-store.ts'
import { apiDocument } from './http/api-document.ts'
import { createDeliveriesRouter } from './http/deliveries-router.ts'
import { createSubscriptions } from './messaging/subscriptions.ts'

/** Builds the service from its parts. */
export async function createService(config: Config, logger: Logger): Promise<Service> {
  const db = createMysql({ url: config.MYSQL_URL, name: 'delivery-service', poolSize: config.MYSQL_POOL_SIZE, logger })
  // Work that waits for the pool must not make this replica unready, or load alone takes all of them away.
  const probes = createMysql({ url: config.MYSQL_URL, name: 'delivery-service-health', poolSize: 1, failFast: true })
  const metrics = createMetrics('delivery-service')
  const subscriptions = await createSubscriptions(config, { db, logger, registry: metrics.registry })
  const health = createHealth({
    ready: {
      mysql: async () => await probes.raw('SELECT 1'),
      consumer: subscriptions.reading
    },
    live: { consumer: subscriptions.progressing }
  })
  const routes = createDeliveriesRouter(createDeliveryStore(db))
  const app = createApp({ logger, health, metrics, routes, document: apiDocument })
  const server = createHttpServer(app, { host: config.HTTP_HOST, port: config.HTTP_PORT })
  return {
    async start() {
      const port = await server.start()
      // Where Kafka is away, the consumer joins later. Until then, health says so.
      await subscriptions.start()
      return port
    },
    async stop() {
      health.beginStop()
      await wait(config.STOP_DELAY_MS)
      await Promise.all([server.stop(), subscriptions.stop()])
      await Promise.all([db.destroy(), probes.destroy()])
    }
  }
}
