import { loadSystem, type System } from '@outbox-cdc/pipeline'

const folder = 'test/resilience/postgres'
const outbox = 'orders_server.public.outbox'
const heartbeats = ['__debezium-heartbeat.orders_server', 'orders_server.public.connect_heartbeat']

const { services, databases, topics, hops, ...usual } = await loadSystem()
const [, ...consumers] = services
const [hop] = hops

/** Orders are placed on PostgreSQL; the same delivery service as ever delivers them, on MySQL. */
export const system: System = {
  ...usual,
  name: 'orders-on-postgres',
  services: [
    {
      name: 'order-service',
      about: 'POST /order',
      main: `${folder}/order-service.ts`,
      migrate: `${folder}/migrate.ts`,
      port: { variable: 'ORDER_SERVICE_PORT', usual: 8080 },
      ready: '/',
      env: { POSTGRES_URL: { account: 'order_service', database: 'orders' } },
      publishes: [outbox]
    },
    ...consumers.map(service => ({
      ...service,
      env: { ...service.env, KAFKA_TOPIC: outbox },
      reads: { topics: [outbox], group: hop.group }
    }))
  ],
  databases: {
    ...databases,
    orders: {
      engine: 'postgres',
      accounts: {
        orders_owner: 'owner',
        order_service: 'service',
        debezium: 'capture',
        keeper: 'probe',
        console: 'read'
      }
    }
  },
  topics: [
    { name: outbox, partitions: 3, config: topics[0]?.config ?? {} },
    ...heartbeats.map(name => ({ name, partitions: 1, config: { 'retention.ms': 86_400_000 } }))
  ],
  connectors: { json: ['connect-config/postgres/orders-connector.json'] },
  hops: [{ ...hop, topic: outbox }]
}
