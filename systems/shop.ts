import type { System } from '@outbox-cdc/pipeline'

const hour = 3_600_000
const day = 24 * hour

const folder = 'examples/shop'
const topic = 'shop.purchases'
const heartbeats = ['__debezium-heartbeat.purchases_server', 'purchases_server.purchases.connect_heartbeat']
const kept = { 'retention.ms': -1, 'retention.bytes': -1, 'cleanup.policy': 'delete' }

/** The smallest example: a purchase asks two services for what they own, and tells a third one when it is done. */
export const system: System = {
  name: 'shop',

  services: [
    {
      name: 'account',
      about: 'POST /accounts · API at /docs',
      main: `${folder}/account/main.ts`,
      migrate: `${folder}/account/migrate.ts`,
      port: { variable: 'ACCOUNT_PORT', usual: 11_001 },
      ready: '/health/ready',
      env: { MYSQL_URL: { account: 'account_service', database: 'accounts' } }
    },
    {
      name: 'product',
      about: 'POST /products · API at /docs',
      main: `${folder}/product/main.ts`,
      migrate: `${folder}/product/migrate.ts`,
      port: { variable: 'PRODUCT_PORT', usual: 11_002 },
      ready: '/health/ready',
      env: { MYSQL_URL: { account: 'product_service', database: 'products' } }
    },
    {
      name: 'purchase',
      about: 'POST /purchases · API at /docs',
      main: `${folder}/purchase/main.ts`,
      migrate: `${folder}/purchase/migrate.ts`,
      port: { variable: 'PURCHASE_PORT', usual: 11_003 },
      ready: '/health/ready',
      env: {
        MYSQL_URL: { account: 'purchase_service', database: 'purchases' },
        ACCOUNT_URL: { urlOf: 'account' },
        PRODUCT_URL: { urlOf: 'product' }
      },
      publishes: [topic],
      calls: ['account', 'product']
    },
    {
      name: 'delivery',
      about: 'GET /deliveries · API at /docs',
      main: `${folder}/delivery/main.ts`,
      migrate: `${folder}/delivery/migrate.ts`,
      port: { variable: 'DELIVERY_PORT', usual: 11_004 },
      ready: '/health/ready',
      env: {
        MYSQL_URL: { account: 'delivery_service', database: 'shop_deliveries' },
        KAFKA_BROKERS: { from: 'brokers' },
        KAFKA_TOPIC: topic
      },
      reads: { topics: [topic], group: 'shop-delivery' }
    }
  ],

  databases: {
    accounts: { engine: 'mysql', accounts: { accounts_owner: 'owner', account_service: 'service' } },
    products: { engine: 'mysql', accounts: { products_owner: 'owner', product_service: 'service' } },
    purchases: {
      engine: 'mysql',
      accounts: {
        purchases_owner: 'owner',
        purchase_service: 'service',
        debezium: 'capture',
        keeper: 'probe',
        console: 'read and retry'
      }
    },
    shop_deliveries: {
      engine: 'mysql',
      accounts: { shop_deliveries_owner: 'owner', delivery_service: 'service', console: 'read and retry' }
    }
  },

  topics: [
    { name: topic, partitions: 3, config: { 'retention.ms': 7 * day, 'segment.ms': hour } },
    { name: 'schema_changes.purchases', partitions: 1, historyOf: 'purchases_server', config: kept },
    ...heartbeats.map(name => ({ name, partitions: 1, config: { 'retention.ms': day } }))
  ],

  connectors: {
    json: [`${folder}/connectors/shop-purchases-connector.ts`],
    variables: { PURCHASE_TOPIC: topic }
  },

  about: 'see a purchase travel to its delivery',
  hops: [
    {
      writer: 'purchase',
      events: ['purchase_completed'],
      aggregate: {
        name: 'purchase',
        database: 'purchases',
        // A view: a purchase that is only quoted has no event.
        table: 'completed_purchase',
        idColumn: 'id',
        createdAtColumn: 'completed_at',
        outboxTable: 'outbox'
      },
      connector: 'shop-purchases-connector',
      topic,
      consumer: 'delivery',
      group: 'shop-delivery',
      effect: {
        database: 'shop_deliveries',
        table: 'delivery',
        aggregateIdColumn: 'id',
        appliedAtColumn: 'opened_at'
      }
    }
  ],

  figure: {
    title: 'The same purchase by event and by request, while delivery is down',
    file: `${folder}/docs/one-fault.svg`,
    about:
      'Measured by npm run measure:one-fault. The Shop tells delivery by an event. The way by request, which it does not have, answers the buyer only when delivery has stored what is to be delivered.'
  },

  tryIt: [
    `curl -i -X POST {account}/accounts -H 'content-type: application/json' -d '{"name":"Kim","address":"1 Main Street, Springfield"}'`,
    `curl -i -X POST {product}/products -H 'content-type: application/json' -d '{"name":"Chair","price":"12.50"}'`,
    `curl -i -X POST {purchase}/purchases -H 'content-type: application/json' -d '{"buyerName":"Kim","productName":"Chair","quantity":2}'`,
    'curl -i -X POST {purchase}/purchases/1/confirm',
    'curl {delivery}/deliveries'
  ]
}
