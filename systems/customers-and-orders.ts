import type { System } from '@outbox-cdc/pipeline'
import { expectations as afterAnswers } from '../examples/customers-and-orders/customer-service/events.ts'
import { expectations as afterOrders } from '../examples/customers-and-orders/order-service/events.ts'

const hour = 3_600_000
const day = 24 * hour

const folder = 'examples/customers-and-orders'
const topics = { CUSTOMER_TOPIC: 'customerTopic', ORDER_TOPIC: 'orderTopic' }
const databases = ['customers', 'customer_orders']
const kept = { 'retention.ms': -1, 'retention.bytes': -1, 'cleanup.policy': 'delete' }

/** Two services that agree on the fate of an order by events alone: each writes, and each reads what the other wrote. */
export const system: System = {
  name: 'customers-and-orders',
  brokers: 2,

  services: [
    {
      name: 'customer-service',
      about: 'POST /customers · API at /docs',
      main: `${folder}/customer-service/main.ts`,
      migrate: `${folder}/customer-service/migrate.ts`,
      port: { variable: 'CUSTOMER_SERVICE_PORT', usual: 8091 },
      ready: '/health/ready',
      env: {
        MYSQL_URL: { account: 'customer_service', database: 'customers' },
        KAFKA_BROKERS: { from: 'brokers' },
        KAFKA_TOPIC: topics.ORDER_TOPIC
      },
      reads: { topics: [topics.ORDER_TOPIC], group: 'customer-service' },
      publishes: [topics.CUSTOMER_TOPIC]
    },
    {
      name: 'order-service',
      about: 'POST /orders · API at /docs',
      main: `${folder}/order-service/main.ts`,
      migrate: `${folder}/order-service/migrate.ts`,
      port: { variable: 'ORDER_SERVICE_PORT', usual: 8092 },
      ready: '/health/ready',
      env: {
        MYSQL_URL: { account: 'order_service', database: 'customer_orders' },
        KAFKA_BROKERS: { from: 'brokers' },
        KAFKA_TOPIC: topics.CUSTOMER_TOPIC
      },
      reads: { topics: [topics.CUSTOMER_TOPIC], group: 'order-service' },
      publishes: [topics.ORDER_TOPIC]
    }
  ],

  databases: {
    customers: {
      engine: 'mysql',
      accounts: {
        customers_owner: 'owner',
        customer_service: 'service',
        debezium: 'capture',
        keeper: 'probe',
        console: 'read and retry',
        oracle: 'read'
      }
    },
    customer_orders: {
      engine: 'mysql',
      accounts: {
        customer_orders_owner: 'owner',
        order_service: 'service',
        debezium: 'capture',
        keeper: 'probe',
        console: 'read and retry',
        oracle: 'read'
      }
    }
  },

  topics: [
    ...Object.values(topics).map(name => ({
      name,
      partitions: 3,
      config: { 'retention.ms': 7 * day, 'segment.ms': hour }
    })),
    ...databases.flatMap(database => [
      { name: `schema_changes.${database}`, partitions: 1, historyOf: `${database}_server`, config: kept },
      ...[`__debezium-heartbeat.${database}_server`, `${database}_server.${database}.connect_heartbeat`].map(name => ({
        name,
        partitions: 1,
        config: { 'retention.ms': day }
      }))
    ])
  ],

  connectors: {
    json: ['customers', 'customer-orders'].map(name => `${folder}/connectors/${name}-connector.ts`),
    variables: topics
  },

  about: 'see an order travel to the decision, and the answer back',
  hops: [
    {
      writer: 'order-service',
      events: ['order_created'],
      example: { path: '/orders', body: { customerId: 1, orderTotal: '1.00' } },
      aggregate: {
        name: 'order',
        database: 'customer_orders',
        table: 'customer_order',
        idColumn: 'id',
        createdAtColumn: 'created_at',
        outboxTable: 'outbox'
      },
      connector: 'customer-orders-connector',
      topic: topics.ORDER_TOPIC,
      consumer: 'customer-service',
      group: 'customer-service',
      effect: {
        database: 'customers',
        table: 'reservation',
        aggregateIdColumn: 'order_id',
        appliedAtColumn: 'decided_at'
      }
    },
    {
      name: 'answer',
      writer: 'customer-service',
      events: ['customer_credit_reserved', 'customer_credit_limit_exceeded', 'customer_validation_failed'],
      aggregate: {
        name: 'reservation',
        database: 'customers',
        table: 'reservation',
        idColumn: 'order_id',
        createdAtColumn: 'decided_at',
        outboxTable: 'outbox'
      },
      connector: 'customers-connector',
      topic: topics.CUSTOMER_TOPIC,
      consumer: 'order-service',
      group: 'order-service',
      effect: {
        database: 'customer_orders',
        table: 'order_change',
        aggregateIdColumn: 'order_id',
        appliedAtColumn: 'at',
        eventColumn: 'cause'
      }
    }
  ],

  sagas: { expectations: [...afterOrders, ...afterAnswers] },
  playground: {
    oracle: {
      name: 'oracle',
      about: 'GET /invariants',
      main: `${folder}/oracle/main.ts`,
      port: { variable: 'ORACLE_PORT', usual: 8093 },
      ready: '/health/ready',
      env: {
        CUSTOMERS_URL: { account: 'oracle', database: 'customers' },
        ORDERS_URL: { account: 'oracle', database: 'customer_orders' },
        // The console asks it each second.
        LOG_LEVEL: 'warn'
      }
    }
  },

  tryIt: [
    `curl -i -X POST {customer-service}/customers -H 'content-type: application/json' -d '{"name":"Kim","creditLimit":"10000"}'`,
    `curl -i -X POST {order-service}/orders -H 'content-type: application/json' -d '{"customerId":1,"orderTotal":"4000"}'`,
    'curl {order-service}/orders/1'
  ]
}
