import type { System } from '@outbox-cdc/pipeline'

const hour = 3_600_000
const day = 24 * hour

const folder = 'examples/clinic'
const topics = ['clinic.patient', 'clinic.appointment']
const heartbeats = ['__debezium-heartbeat.clinic_server', 'clinic_server.public.connect_heartbeat']

/** The example of a system on PostgreSQL: the reception books appointments, and a board shows them. */
export const system: System = {
  name: 'clinic',

  services: [
    {
      name: 'reception',
      about: 'PUT /patients/ID, /appointments/ID',
      main: `${folder}/reception/main.ts`,
      migrate: `${folder}/reception/migrate.ts`,
      port: { variable: 'RECEPTION_PORT', usual: 8280 },
      ready: '/health/ready',
      env: { DATABASE_URL: { account: 'reception', database: 'reception' } },
      publishes: topics
    },
    {
      name: 'board',
      about: 'GET /days/DAY, /patients/ID, /appointments/ID',
      main: `${folder}/board/main.ts`,
      migrate: `${folder}/board/migrate.ts`,
      port: { variable: 'BOARD_PORT', usual: 8282 },
      ready: '/health/ready',
      env: { DATABASE_URL: { account: 'board', database: 'board' }, KAFKA_BROKERS: { from: 'brokers' } },
      reads: { topics, group: 'board' }
    }
  ],

  databases: {
    reception: {
      engine: 'postgres',
      accounts: {
        reception_owner: 'owner',
        reception: 'service',
        debezium: 'capture',
        keeper: 'probe',
        console: 'read'
      }
    },
    board: {
      engine: 'postgres',
      accounts: { board_owner: 'owner', board: 'service', console: 'read and retry' }
    }
  },

  topics: [
    ...topics.map(name => ({ name, partitions: 3, config: { 'retention.ms': 7 * day, 'segment.ms': hour } })),
    ...heartbeats.map(name => ({ name, partitions: 1, config: { 'retention.ms': day } }))
  ],

  connectors: { json: [`${folder}/connectors/reception-connector.json`] },

  about: 'see an appointment travel',
  hops: [
    {
      writer: 'reception',
      events: ['appointment_booked'],
      aggregate: {
        name: 'appointment',
        database: 'reception',
        table: 'appointment',
        idColumn: 'id',
        createdAtColumn: 'created_at',
        outboxTable: 'outbox'
      },
      connector: 'reception-connector',
      topic: 'clinic.appointment',
      consumer: 'board',
      group: 'board',
      effect: { database: 'board', table: 'appointment', aggregateIdColumn: 'id', appliedAtColumn: 'shown_at' }
    }
  ],

  tryIt: [
    `curl -i -X PUT {reception}/appointments/3f0e8a52-1c1b-4f8e-9d5a-1f2f6d0c7b11 -H 'content-type: application/json' -d '{"patient":{"id":"9b2d7c1e-5a44-4c0f-8f0e-2d6a1b3c4d5e","name":"Ada"},"startsAt":"2030-05-02T09:15:00Z"}'`,
    'curl {board}/days/2030-05-02'
  ]
}
