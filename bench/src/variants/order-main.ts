import {
  createApp,
  createHealth,
  createHttpServer,
  createMetrics,
  createMysql,
  runService
} from '@outbox-cdc/service-kit'
import type { Logger, Service } from '@outbox-cdc/service-kit'
import { apiDocument } from '@outbox-cdc/order-service/http/api-document'
import { explain } from '@outbox-cdc/order-service/http/explain'
import { createOrdersRouter } from '@outbox-cdc/order-service/http/orders-router'
import { createOrderStore } from '@outbox-cdc/order-service/orders/order-store'
import { type VariantConfig, variantSchema, type WritePath, writePaths } from './write-paths.ts'

// The order service with another write path. HTTP, checks, logs and metrics are the service's own.
function createVariant(config: VariantConfig, logger: Logger): Service {
  const db = createMysql({ url: config.MYSQL_URL, name: 'order-service', poolSize: config.MYSQL_POOL_SIZE, logger })
  const health = createHealth({ ready: { mysql: async () => await db.raw('SELECT 1') } })
  let path: WritePath | undefined
  const opened = async () => (path ??= await writePaths[config.BENCH_WRITE_PATH](config, db))
  const routes = createOrdersRouter({
    orders: createOrderStore(db),
    placeOrder: async (order, origin) => (await opened()).placeOrder(order, origin)
  })
  const metrics = createMetrics('order-service')
  const app = createApp({ logger, health, metrics, routes, document: apiDocument, explain })
  const server = createHttpServer(app, { host: config.HTTP_HOST, port: config.HTTP_PORT })
  return {
    async start() {
      await opened()
      return server.start()
    },
    async stop() {
      await server.stop()
      await path?.close()
      await db.destroy()
    }
  }
}

await runService({ name: 'order-service', schema: variantSchema, env: process.env, create: createVariant })
