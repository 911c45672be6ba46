import type { System } from '@outbox-cdc/pipeline'

const hour = 3_600_000
const day = 24 * hour

const outbox = 'orders_server.orders.outbox'
const heartbeats = ['__debezium-heartbeat.orders_server', 'orders_server.orders.connect_heartbeat']

/** An order is placed in one service and delivered by another. */
export const system: System = {
  name: 'orders-and-deliveries',

  services: [
    {
      name: 'order-service',
      about: 'POST /order · API at /docs',
      main: 'order-service/src/main.ts',
      migrate: 'order-service/src/migrate.ts',
      port: { variable: 'ORDER_SERVICE_PORT', usual: 8080 },
      ready: '/health/ready',
      env: {
        MYSQL_URL: { account: 'order_service', database: 'orders' },
        OUTBOX_STORE: { from: 'outbox store' },
        OUTBOX_WRITER: { from: 'outbox writer' },
        SCHEMA_REGISTRY_URL: { from: 'registry' }
      },
      publishes: [outbox]
    },
    {
      name: 'delivery-service',
      about: 'GET /deliveries · API at /docs',
      main: 'delivery-service/src/main.ts',
      migrate: 'delivery-service/src/migrate.ts',
      port: { variable: 'DELIVERY_SERVICE_PORT', usual: 8082 },
      ready: '/health/ready',
      env: {
        MYSQL_URL: { account: 'delivery_service', database: 'deliveries' },
        KAFKA_BROKERS: { from: 'brokers' },
        KAFKA_TOPIC: outbox,
        KAFKA_GROUP: 'delivery-service',
        SCHEMA_REGISTRY_URL: { from: 'registry' }
      },
      reads: { topics: [outbox], group: 'delivery-service' }
    }
  ],

  databases: {
    orders: {
      engine: 'mysql',
      accounts: {
        orders_owner: 'owner',
        order_service: 'service',
        debezium: 'capture',
        keeper: 'probe',
        console: 'read'
      }
    },
    deliveries: {
      engine: 'mysql',
      accounts: { deliveries_owner: 'owner', delivery_service: 'service', console: 'read and retry' }
    }
  },

  topics: [
    // An inbox must remember for the retention and one segment more: short segments keep it small.
    { name: outbox, partitions: 3, config: { 'retention.ms': 7 * day, 'segment.ms': hour } },
    // Debezium rebuilds the tables' structure from its first record on: it may never expire, and needs one order.
    {
      name: 'schema_changes.orders',
      partitions: 1,
      historyOf: 'orders_server',
      config: { 'retention.ms': -1, 'retention.bytes': -1, 'cleanup.policy': 'delete' }
    },
    ...heartbeats.map(name => ({ name, partitions: 1, config: { 'retention.ms': day } })),
    // Debezium can write DDL and transaction notices to a topic that is named like its prefix.
    { name: 'orders_server', partitions: 1, config: { 'retention.ms': day } }
  ],

  connectors: {
    json: ['connect-config/orders-connector.json'],
    avro: ['connect-config/avro/orders-connector.ts']
  },

  about: 'see an order travel',
  hops: [
    {
      writer: 'order-service',
      events: ['order_created'],
      example: { path: '/order', body: { name: 'joon', quantity: 95 } },
      aggregate: {
        name: 'order',
        database: 'orders',
        table: 'customer_order',
        idColumn: 'id',
        createdAtColumn: 'created_at',
        outboxTable: 'outbox'
      },
      connector: 'orders-connector',
      topic: outbox,
      consumer: 'delivery-service',
      group: 'delivery-service',
      effect: {
        database: 'deliveries',
        table: 'delivery',
        aggregateIdColumn: 'order_id',
        appliedAtColumn: 'delivered_at'
      }
    }
  ],

  tryIt: [
    `curl -i -X POST {order-service}/order -H 'content-type: application/json' -d '{"name":"joon","quantity":95}'`,
    'curl {delivery-service}/deliveries/1'
  ]
}
