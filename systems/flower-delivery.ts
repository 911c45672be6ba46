import type { System } from '@outbox-cdc/pipeline'
import { expectations as afterDeliveries } from '../examples/flower-delivery/delivery/events.ts'
import { expectations as afterStock } from '../examples/flower-delivery/item/events.ts'
import { expectations as afterOrders } from '../examples/flower-delivery/order/events.ts'
import { expectations as afterPayments } from '../examples/flower-delivery/payment/events.ts'
import { expectations as afterTheShop } from '../examples/flower-delivery/shop/events.ts'

const [hour, day] = [3_600_000, 86_400_000]

const folder = 'examples/flower-delivery'
const kept = { 'retention.ms': -1, 'retention.bytes': -1, 'cleanup.policy': 'delete' }

// Each service has a database of its own, and a connector.
const onMysql = ['order', 'payment', 'item', 'shop']
const names = [...onMysql, 'delivery']

const topicOf = (aggregate: string) => `flower.${aggregate}`
const topics = ['order', 'payment', 'item', 'stock', 'shop', 'delivery'].map(topicOf)

type Part = Pick<System['services'][number], 'name' | 'about'> & {
  readonly usual: number
  readonly reads: readonly string[]
  readonly publishes: readonly string[]
}

function service({ name, about, usual, reads, publishes }: Part) {
  const database = { account: `${name}_service`, database: `flower_${name}` }
  return {
    name,
    about: `${about} · API at /docs`,
    main: `${folder}/${name}/main.ts`,
    migrate: `${folder}/${name}/migrate.ts`,
    port: { variable: `${name.toUpperCase()}_PORT`, usual },
    ready: '/health/ready',
    env: {
      [onMysql.includes(name) ? 'MYSQL_URL' : 'DATABASE_URL']: database,
      KAFKA_BROKERS: { from: 'brokers' }
    },
    reads: { topics: reads.map(topicOf), group: `flower-${name}` },
    publishes: publishes.map(topicOf)
  } as const
}

const order = service({
  name: 'order',
  about: 'POST /orders, GET /myPages, GET /menus',
  usual: 8081,
  reads: ['order', 'payment', 'item', 'stock', 'shop', 'delivery'],
  publishes: ['order']
})

const payment = service({
  name: 'payment',
  about: 'GET /payments',
  usual: 8082,
  reads: ['order', 'shop'],
  publishes: ['payment']
})

const item = service({
  name: 'item',
  about: 'POST /items',
  usual: 8085,
  reads: ['payment', 'order', 'shop'],
  publishes: ['item', 'stock']
})

const shop = service({
  name: 'shop',
  about: 'GET /ordermanagements',
  usual: 8083,
  reads: ['stock', 'order'],
  publishes: ['shop']
})

const delivery = service({
  name: 'delivery',
  about: 'GET /deliveries',
  usual: 8084,
  reads: ['shop', 'order'],
  publishes: ['delivery']
})

// For example PAYMENT_SLOW_MS=400-620 npm start -- flower-delivery.
const fromStarter = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, { variable: name }]))

const auth = {
  name: 'auth',
  about: 'POST /oauth/token',
  main: `${folder}/auth/main.ts`,
  port: { variable: 'AUTH_PORT', usual: 8090 },
  ready: '/health/ready',
  env: { ISSUER_URL: { urlOf: 'auth' }, AUTH_SECRETS_DIR: { secretsIn: 'auth' } }
} as const

const gateway = {
  name: 'gateway',
  about: 'one page for customer, shop owner and rider',
  main: `${folder}/gateway/main.ts`,
  port: { variable: 'GATEWAY_PORT', usual: 8088 },
  ready: '/health/ready',
  env: {
    ...Object.fromEntries([...names, 'auth'].map(name => [`${name.toUpperCase()}_URL`, { urlOf: name }])),
    ...fromStarter(['RATE_LIMIT', 'CORS_ORIGINS']),
    CONSOLE_URL: { from: 'console' },
    KAFKA_BROKERS: { from: 'brokers' }
  },
  reads: { topics, group: 'flower-gateway' }
} as const

/** The largest example: an order is paid, taken from the stock, decorated and brought, or it ends well in some other way. */
export const system: System = {
  name: 'flower-delivery',
  // The services have the ports of the original.
  ports: { connect: 8183, keeper: 8184, jmx: 8185, registry: 8181 },

  services: [
    {
      ...order,
      rebuild: `${folder}/order/rebuild.ts`,
      env: {
        ...order.env,
        PAYMENT_URL: { urlOf: 'payment' },
        ...fromStarter(['PAYMENT_FALLBACK', 'PAYMENT_DEADLINE_MS'])
      },
      calls: ['payment'],
      goesFirst: true,
      grpc: { variable: 'GRPC_PORT', usual: 9081, about: `PlaceOrder of ${folder}/order/grpc/order.proto` }
    },
    { ...payment, env: { ...payment.env, ...fromStarter(['PAYMENT_SLOW_MS', 'PAYMENT_CAPACITY']) } },
    // These are called by the gateway only, which takes a list of addresses.
    ...[item, shop, delivery].map(called => ({ ...called, replicas: true })),
    auth,
    gateway
  ],

  databases: Object.fromEntries(
    names.map(name => [
      `flower_${name}`,
      {
        engine: onMysql.includes(name) ? 'mysql' : 'postgres',
        accounts: {
          [`flower_${name}_owner`]: 'owner',
          [`${name}_service`]: 'service',
          debezium: 'capture',
          keeper: 'probe',
          console: 'read and retry'
        }
      }
    ])
  ),

  topics: [
    ...topics.map(name => ({ name, partitions: 6, config: { 'retention.ms': 7 * day, 'segment.ms': hour } })),
    ...onMysql.map(name => ({
      name: `schema_changes.flower_${name}`,
      partitions: 1,
      historyOf: `flower_${name}_server`,
      config: kept
    })),
    ...names
      .flatMap(name => [
        `__debezium-heartbeat.flower_${name}_server`,
        `flower_${name}_server.${onMysql.includes(name) ? `flower_${name}` : 'public'}.connect_heartbeat`
      ])
      .map(name => ({ name, partitions: 1, config: { 'retention.ms': day } }))
  ],

  connectors: { json: names.map(name => `${folder}/connectors/flower-${name}-connector.ts`) },

  about: 'see an order travel from its payment to its delivery',
  // Each event here has exactly one row before it and one after it, so that the audit can compare them.
  hops: [
    {
      writer: 'payment',
      events: ['paid'],
      aggregate: {
        name: 'payment',
        database: 'flower_payment',
        table: 'paid_payment',
        idColumn: 'order_id',
        createdAtColumn: 'paid_at',
        outboxTable: 'outbox'
      },
      connector: 'flower-payment-connector',
      topic: 'flower.payment',
      consumer: 'item',
      group: 'flower-item',
      effect: {
        database: 'flower_item',
        table: 'paid_reservation',
        aggregateIdColumn: 'order_id',
        appliedAtColumn: 'decided_at'
      }
    },
    {
      writer: 'item',
      events: ['stock_reserved'],
      aggregate: {
        name: 'reservation',
        database: 'flower_item',
        table: 'reserved_stock',
        idColumn: 'order_id',
        createdAtColumn: 'reserved_at',
        outboxTable: 'outbox'
      },
      connector: 'flower-item-connector',
      topic: 'flower.stock',
      consumer: 'shop',
      group: 'flower-shop',
      effect: {
        database: 'flower_shop',
        table: 'registered_order',
        aggregateIdColumn: 'order_id',
        appliedAtColumn: 'registered_at'
      }
    },
    {
      writer: 'shop',
      events: ['decorated'],
      aggregate: {
        name: 'order',
        database: 'flower_shop',
        table: 'decorated_order',
        idColumn: 'order_id',
        createdAtColumn: 'decorated_at',
        outboxTable: 'outbox'
      },
      connector: 'flower-shop-connector',
      topic: 'flower.shop',
      consumer: 'delivery',
      group: 'flower-delivery',
      effect: {
        database: 'flower_delivery',
        table: 'requested_delivery',
        aggregateIdColumn: 'order_id',
        appliedAtColumn: 'requested_at'
      }
    },
    {
      writer: 'delivery',
      events: ['delivery_completed'],
      aggregate: {
        name: 'delivery',
        database: 'flower_delivery',
        table: 'completed_delivery',
        idColumn: 'order_id',
        createdAtColumn: 'completed_at',
        outboxTable: 'outbox'
      },
      connector: 'flower-delivery-connector',
      topic: 'flower.delivery',
      consumer: 'order',
      group: 'flower-order',
      effect: {
        database: 'flower_order',
        table: 'completed_order',
        aggregateIdColumn: 'order_id',
        appliedAtColumn: 'completed_at'
      }
    }
  ],

  sagas: { expectations: [...afterOrders, ...afterPayments, ...afterStock, ...afterTheShop, ...afterDeliveries] },

  tryIt: [
    'TOKEN=$(npm run -s token -- flower-delivery operator)',
    `curl -i -X POST {gateway}/items -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{"itemName":"장미 세트","storeName":"KJSHOP","itemPrice":50000,"stockCnt":5}'`,
    'curl {gateway}/menus -H "authorization: Bearer $TOKEN"',
    `curl -i -X POST {gateway}/orders -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{"itemId":1,"qty":3,"userName":"Kim"}'`,
    'curl -i -X PUT {gateway}/ordermanagements/receive/1 -H "authorization: Bearer $TOKEN"',
    'curl -i -X PUT {gateway}/ordermanagements/decorate/1 -H "authorization: Bearer $TOKEN"',
    'curl -i -X PUT {gateway}/deliveries/depart/1 -H "authorization: Bearer $TOKEN"',
    'curl -i -X PUT {gateway}/deliveries/complete/1 -H "authorization: Bearer $TOKEN"',
    'curl {gateway}/myPages/1 -H "authorization: Bearer $TOKEN"'
  ]
}
