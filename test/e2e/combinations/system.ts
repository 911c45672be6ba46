import type { System } from '@outbox-cdc/pipeline'
import { type Combination, combinations, topicVariable } from './combinations.ts'

const folder = 'test/e2e/combinations'
const hour = 3_600_000

/** A writer and a consumer for each combination, with databases of their own, on one start of the engines. */
export function systemOf(chosen: readonly Combination[]): System {
  const [first] = chosen
  if (first === undefined) throw new Error('there is no combination')
  return {
    name: 'combinations',
    services: chosen.flatMap((combination, index) => [writer(combination, index), consumer(combination, index)]),
    databases: Object.fromEntries(chosen.flatMap(databases)),
    topics: chosen.flatMap(topics),
    connectors: {
      json: chosen.map(({ name }) => `${folder}/connectors/${name}.ts`),
      variables: Object.fromEntries(chosen.map(combination => [topicVariable(combination), combination.topic]))
    },
    about: 'see an order travel',
    hops: [
      {
        writer: `${first.name}_orders`,
        events: ['order_created'],
        aggregate: {
          name: 'order',
          database: first.name,
          table: 'customer_order',
          idColumn: 'id',
          createdAtColumn: 'created_at',
          outboxTable: 'outbox'
        },
        connector: first.name,
        topic: first.topic,
        consumer: `${first.name}_deliveries`,
        group: `${first.name}_deliveries`,
        effect: {
          database: inboxOf(first),
          table: 'delivery',
          aggregateIdColumn: 'order_id',
          appliedAtColumn: 'delivered_at'
        }
      }
    ],
    tryIt: []
  }
}

export const system = systemOf(combinations)

function inboxOf({ name }: Pick<Combination, 'name'>): string {
  return `${name}_inbox`
}

function writer({ name, store, ids, topic }: Combination, index: number): System['services'][number] {
  return {
    name: `${name}_orders`,
    about: 'POST /order',
    main: `${folder}/order-service.ts`,
    migrate: `${folder}/migrate-orders.ts`,
    port: { variable: `${name.toUpperCase()}_ORDERS_PORT`, usual: 8300 + index },
    ready: '/health/ready',
    env: {
      DATABASE_URL: { account: `${name}_service`, database: name },
      STORE: store,
      IDS: ids,
      OUTBOX_NAME: `${name}_outbox`
    },
    publishes: [topic]
  }
}

function consumer({ name, ids, topic }: Combination, index: number): System['services'][number] {
  return {
    name: `${name}_deliveries`,
    about: 'GET /deliveries',
    main: `${folder}/delivery-service.ts`,
    migrate: `${folder}/migrate-deliveries.ts`,
    port: { variable: `${name.toUpperCase()}_DELIVERIES_PORT`, usual: 8400 + index },
    ready: '/health/ready',
    env: {
      DATABASE_URL: { account: `${name}_consumer`, database: inboxOf({ name }) },
      KAFKA_BROKERS: { from: 'brokers' },
      TOPIC: topic,
      GROUP: `${name}_deliveries`,
      IDS: ids
    },
    reads: { topics: [topic], group: `${name}_deliveries` }
  }
}

function databases(combination: Combination): (readonly [string, System['databases'][string]])[] {
  const { name, engine, inbox } = combination
  const source = { [`${name}_owner`]: 'owner', [`${name}_service`]: 'service' } as const
  const effects = { [`${name}_inbox_owner`]: 'owner', [`${name}_consumer`]: 'service' } as const
  return [
    [name, { engine, accounts: { ...source, debezium: 'capture', keeper: 'probe', console: 'read' } }],
    [inboxOf(combination), { engine: inbox, accounts: { ...effects, console: 'read and retry' } }]
  ]
}

function topics({ name, engine, topic }: Combination): System['topics'] {
  const heartbeat =
    engine === 'mysql' ? `${name}_server.${name}.connect_heartbeat` : `${name}_server.public.connect_heartbeat`
  const beats = [`__debezium-heartbeat.${name}_server`, heartbeat, `${name}_server`]
  const history = {
    name: `schema_changes.${name}`,
    historyOf: `${name}_server`,
    partitions: 1,
    config: { 'retention.ms': -1 }
  }
  return [
    { name: topic, partitions: 3, config: { 'retention.ms': 24 * hour } },
    ...beats.map(beat => ({ name: beat, partitions: 1, config: { 'retention.ms': hour } })),
    ...(engine === 'mysql' ? [history] : [])
  ]
}
