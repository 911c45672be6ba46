import { setTimeout as wait } from 'node:timers/promises'
import { requireOutboxTable } from '@outbox-cdc/outbox'
import { blackholeStore } from '@outbox-cdc/outbox/blackhole'
import {
  createApp,
  createHealth,
  createHttpServer,
  createMetrics,
  createMysql,
  createOneTripOutbox,
  type Logger,
  type Service
} from '@outbox-cdc/service-kit'
import type { Config } from './config.ts'
import { apiDocument } from './http/api-document.ts'
import { explain } from './http/explain.ts'
import { createOrdersRouter } from './http/orders-router.ts'
import { pruneKeys } from './idempotency/key-store.ts'
import { createOncePerKey } from './idempotency/once-per-key.ts'
import { createPruning } from './idempotency/pruning.ts'
import { createEventSchemas } from './orders/event-schemas.ts'
import { createOrderStore } from './orders/order-store.ts'
import { requireOutbox } from './orders/require-outbox.ts'
import { createPlaceOrder, type PlaceOrderParts } from './orders/place-order.ts'

/** Builds the service from its parts. A test replaces some by `overrides`. */
export async function createService(
  config: Config,
  logger: Logger,
  overrides: Partial<PlaceOrderParts> = {}
): Promise<Service> {
  const { MYSQL_URL: url, MYSQL_POOL_SIZE: poolSize } = config
  const db = createMysql({ url, name: 'order-service-reads', poolSize })
  // Requests that wait for the pool must not make this replica unready, or load alone takes all of them away. It logs
  // outages, because it is asked whether or not there are requests.
  const probes = createMysql({ url, name: 'order-service-health', poolSize: 1, failFast: true, logger })
  const oncePerKey = createOncePerKey({ db, ttlSeconds: config.IDEMPOTENCY_KEY_TTL_S })
  const pruning = createPruning(limit => pruneKeys(db, limit), logger)
  const schemas = await createEventSchemas(config, logger)
  const { encoding } = schemas
  const table = { store: config.OUTBOX_STORE, encoding }
  const health = createHealth({
    ready: {
      mysql: async () => await probes.raw('SELECT 1'),
      outbox: () => requireOutboxTable(probes, table),
      schemas: schemas.registered
    }
  })
  const outbox = createOneTripOutbox({ url, name: 'order-service', poolSize, store: storeOf(config), encoding })
  const placeOrder = createPlaceOrder({ outbox, oncePerKey, now: () => new Date(), ...overrides })
  const routes = createOrdersRouter({ placeOrder, orders: createOrderStore(db) })
  const metrics = createMetrics('order-service')
  const app = createApp({ logger, health, metrics, routes, document: apiDocument, explain })
  const server = createHttpServer(app, { host: config.HTTP_HOST, port: config.HTTP_PORT })
  return {
    async start() {
      await requireOutbox(probes, table)
      pruning.start()
      schemas.start()
      return server.start()
    },
    async stop() {
      health.beginStop()
      await wait(config.STOP_DELAY_MS)
      await Promise.all([server.stop(), pruning.stop(), schemas.stop()])
      await Promise.all([outbox.close(), db.destroy(), probes.destroy()])
    }
  }
}

// The configuration requires a writer number for this store; the library rejects -1.
function storeOf({ OUTBOX_STORE: store, OUTBOX_WRITER: writer = -1 }: Config) {
  return store === 'blackhole' ? blackholeStore({ writer }) : undefined
}
