import { join } from 'node:path'
import type { Stack } from '@outbox-cdc/stack'
import { urlFor } from './accounts.ts'
import type { Addresses } from './addresses.ts'
import type { NodeProcess } from './node-process.ts'
import { type Settings, root } from './settings.ts'
import { topics } from './topics.ts'

type Surroundings = {
  readonly settings: Settings
  readonly stack: Stack
  readonly addresses: Addresses
  readonly secretsDir: string
}

/** Our own processes with the environment of each: its own account, its own port, nothing that it does not need. */
export async function ourProcesses(around: Surroundings): Promise<readonly NodeProcess[]> {
  const { stack, secretsDir, addresses } = around
  const { ports, outboxStore } = around.settings
  // Only one order service runs here, so any number is its own.
  const store = outboxStore === undefined ? {} : { OUTBOX_STORE: outboxStore, OUTBOX_WRITER: '0' }
  const at = { stack, secretsDir }
  const brokers = stack.kafka.brokers.join(',')
  const orders = connectorFile(around.settings.registry)
  const ready = (port: number) => `http://127.0.0.1:${port}/health/live`
  return [
    {
      name: 'order-service',
      file: 'order-service/src/main.ts',
      env: {
        HTTP_PORT: String(ports.order),
        MYSQL_URL: await urlFor('order_service', 'orders', at),
        ...store,
        ...registryOf(addresses)
      },
      readyUrl: `http://127.0.0.1:${ports.order}/health/ready`
    },
    {
      name: 'delivery-service',
      file: 'delivery-service/src/main.ts',
      env: {
        HTTP_PORT: String(ports.delivery),
        MYSQL_URL: await urlFor('delivery_service', 'deliveries', at),
        KAFKA_BROKERS: brokers,
        KAFKA_TOPIC: topics.outbox,
        ...registryOf(addresses)
      },
      readyUrl: `http://127.0.0.1:${ports.delivery}/health/ready`
    },
    {
      name: 'keeper',
      file: 'packages/connectctl/src/cli.ts',
      args: ['keep', orders, '--port', String(ports.keeper), '--watch-disk', around.settings.dir],
      env: { ...addresses },
      readyUrl: ready(ports.keeper)
    },
    {
      name: 'console',
      file: 'packages/console/src/main.ts',
      env: {
        ...addresses,
        // What a search leaves behind would else pile up to twice as much before it is collected.
        NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=192',
        CONSOLE_PORT: String(ports.console),
        KAFKA_TOPIC: topics.outbox,
        CONNECTOR_FILE: orders,
        KAFKA_GROUP: 'delivery-service',
        CONNECTOR_NAME: 'orders-connector',
        AGGREGATE_MYSQL_URL: await urlFor('console', 'orders', at),
        AGGREGATE_TABLE: 'customer_order',
        AGGREGATE_EVENT: 'order_created',
        EFFECT_MYSQL_URL: await urlFor('console', 'deliveries', at),
        EFFECT_TABLE: 'delivery',
        EFFECT_AGGREGATE_ID_COLUMN: 'order_id',
        EFFECT_APPLIED_AT_COLUMN: 'delivered_at',
        WRITER_URL: `http://127.0.0.1:${ports.order}`,
        WRITER_NAME: 'order-service',
        CONSUMER_URL: `http://127.0.0.1:${ports.delivery}`,
        CONSUMER_NAME: 'delivery-service'
      },
      readyUrl: ready(ports.console)
    }
  ]
}

/** The connector that writes events as JSON, or, with a registry, as Avro. */
export function connectorFile(registry = false): string {
  return join(root, 'connect-config', registry ? 'avro/orders-connector.ts' : 'orders-connector.json')
}

export function registryOf({ SCHEMA_REGISTRY_URL: url }: Addresses): Readonly<Record<string, string>> {
  return url === undefined ? {} : { SCHEMA_REGISTRY_URL: url }
}
