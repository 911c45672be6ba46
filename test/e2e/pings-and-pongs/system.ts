import type { System } from '@outbox-cdc/pipeline'

const folder = 'test/e2e/pings-and-pongs'
const topic = 'pings_server.pings.outbox'
const heartbeats = ['__debezium-heartbeat.pings_server', 'pings_server.pings.connect_heartbeat']

/** The smallest system, which exists only in a test: one service records pings, the other answers each with a pong. */
export const system: System = {
  name: 'pings-and-pongs',
  services: [
    {
      name: 'ping-service',
      about: 'POST /pings',
      main: `${folder}/ping-service.ts`,
      migrate: `${folder}/migrate-pings.ts`,
      port: { variable: 'PING_SERVICE_PORT', usual: 8180 },
      ready: '/health/ready',
      env: { MYSQL_URL: { account: 'ping_service', database: 'pings' } },
      publishes: [topic]
    },
    {
      name: 'pong-service',
      about: 'GET /pongs/1',
      main: `${folder}/pong-service.ts`,
      migrate: `${folder}/migrate-pongs.ts`,
      port: { variable: 'PONG_SERVICE_PORT', usual: 8182 },
      ready: '/health/ready',
      env: {
        MYSQL_URL: { account: 'pong_service', database: 'pongs' },
        KAFKA_BROKERS: { from: 'brokers' },
        KAFKA_TOPIC: topic,
        PING_SERVICE_URL: { urlOf: 'ping-service' }
      },
      reads: { topics: [topic], group: 'pong-service' }
    }
  ],
  databases: {
    pings: {
      engine: 'mysql',
      accounts: { pings_owner: 'owner', ping_service: 'service', debezium: 'capture', keeper: 'probe', console: 'read' }
    },
    pongs: {
      engine: 'mysql',
      accounts: { pongs_owner: 'owner', pong_service: 'service', console: 'read and retry' }
    }
  },
  topics: [
    ...[topic, ...heartbeats, 'pings_server'].map(name => ({ name, partitions: 1, config: { 'retention.ms': -1 } })),
    { name: 'schema_changes.pings', historyOf: 'pings_server', partitions: 1, config: { 'retention.ms': -1 } }
  ],
  connectors: { json: [`${folder}/connectors/pings-connector.ts`] },
  about: 'see a ping travel',
  hops: [
    {
      writer: 'ping-service',
      events: ['pinged'],
      example: { path: '/pings', body: {} },
      aggregate: {
        name: 'ping',
        database: 'pings',
        table: 'ping',
        idColumn: 'id',
        createdAtColumn: 'created_at',
        outboxTable: 'outbox'
      },
      connector: 'pings-connector',
      topic,
      consumer: 'pong-service',
      group: 'pong-service',
      effect: { database: 'pongs', table: 'pong', aggregateIdColumn: 'ping_id', appliedAtColumn: 'answered_at' }
    }
  ],
  tryIt: ['curl -X POST {ping-service}/pings', 'curl {pong-service}/pongs/1']
}
