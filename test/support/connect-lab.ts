import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { defineEvent, appendToOutbox } from '@outbox-cdc/outbox'
import { createConnectApi, readConnectorFile, recordedPosition, applyConnector } from '@outbox-cdc/connectctl'
import type { ConnectApi, ConnectorFile, Environment } from '@outbox-cdc/connectctl'
import knex, { type Knex } from 'knex'
import { z } from 'zod'
import { startStack } from '@outbox-cdc/stack'
import type { ProcessStackOptions, Stack } from '@outbox-cdc/stack'
import {
  connectSecrets,
  ensureAccounts,
  ensureTopics,
  loadSystem,
  makeConnectSecrets,
  runNode,
  urlFor
} from '@outbox-cdc/pipeline'

const root = join(import.meta.dirname, '../..')
const orderCreated = defineEvent({
  name: 'order_created',
  aggregate: 'order',
  version: 1,
  payload: z.object({ name: z.string(), quantity: z.int() })
})

/** A separate pipeline up to the topic: engines, accounts, topics, tables and, on request, the connector. */
export type ConnectLab = {
  readonly stack: Stack
  readonly db: Knex
  readonly environment: Environment
  readonly secretsDir: string
  readonly api: ConnectApi
  readonly file: ConnectorFile
  apply(other?: ConnectorFile): Promise<void>
  placeOrder(): Promise<number>
  committedOrders(): Promise<readonly number[]>
  close(): Promise<void>
}

export async function startConnectLab(name: string, options: Partial<ProcessStackOptions> = {}): Promise<ConnectLab> {
  const dir = join(root, '.data/test', `${name}-${process.pid}`)
  const secretsDir = join(dir, 'secrets')
  const workerProperties = join(root, 'connect-config/worker.properties')
  const stack = await startStack({
    dir,
    workerProperties,
    references: { CONNECT_SECRETS_DIR: await makeConnectSecrets(secretsDir) },
    ...options
  })
  const { host, port, rootPassword } = stack.mysql
  const system = await loadSystem()
  await Promise.all([ensureAccounts(system, stack, secretsDir), ensureTopics(system, stack.kafka.brokers)])
  await runNode('order-service/src/migrate.ts', {
    MYSQL_URL: await urlFor('orders_owner', 'orders', { stack, secretsDir })
  })
  const environment = {
    MYSQL_HOST: host,
    MYSQL_PORT: String(port),
    KAFKA_BROKERS: stack.kafka.brokers.join(),
    CONNECT_URL: stack.connect.urls[0],
    CONNECT_SECRETS_DIR: connectSecrets(secretsDir),
    SECRETS_DIR: secretsDir
  }
  const db = knex({
    client: 'mysql2',
    connection: { host, port, user: 'root', password: rootPassword, database: 'orders', connectTimeout: 2_000 },
    pool: { min: 0, max: 10 },
    acquireConnectionTimeout: 3_000,
    log: { warn() {}, error() {} } // these tests take MySQL away on purpose
  })
  const api = createConnectApi({ url: stack.connect.urls[0] ?? '' })
  const file = await readConnectorFile(join(root, 'connect-config/orders-connector.json'), environment)
  return {
    stack,
    db,
    environment,
    secretsDir,
    api,
    file,
    async apply(other = file) {
      await applyConnector(api, other, { startAt: () => recordedPosition(other.config, environment) })
    },
    placeOrder: () => placeOrder(db),
    committedOrders: async () => (await db('customer_order').orderBy('id').pluck('id')) as number[],
    async close() {
      await db.destroy()
      await stack.stopAll()
      await rm(dir, { recursive: true, force: true })
    }
  }
}

function placeOrder(db: Knex): Promise<number> {
  return db.transaction(async trx => {
    const order = { name: 'joon', quantity: 95 }
    const [id = 0] = await trx('customer_order').insert(order)
    await appendToOutbox(trx, orderCreated({ aggregateId: id, aggregateVersion: 1, payload: order }))
    return id
  })
}
