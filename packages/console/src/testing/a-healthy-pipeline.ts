import type { ExpandedConnector } from '@outbox-cdc/connectctl'
import type { Readings } from '../flow/probes.ts'
import type { Names } from '../flow/readings.ts'

export const now = 1_800_000_000_000

export const running: ExpandedConnector['status'] = {
  name: 'orders-connector',
  type: 'source',
  connector: { state: 'RUNNING', worker_id: 'a:1' },
  tasks: [{ id: 0, state: 'RUNNING', worker_id: 'a:1' }]
}

export const names: Names = {
  hop: 'order_created',
  connector: 'orders-connector',
  aggregate: 'order',
  database: 'MySQL',
  log: 'binlog',
  topic: 'orders_server.orders.outbox',
  group: 'delivery-service',
  keeperUrl: 'keeper:8084',
  brokers: 'kafka:9092',
  aggregateHost: 'mysql/orders',
  effectHost: 'mysql/deliveries',
  writer: 'order-service',
  consumer: 'delivery-service',
  writerPlace: '127.0.0.1:8080',
  consumerPlace: '127.0.0.1:8082'
}

const at = now - 200

export const noNews = { outboxRows: 0, log: undefined, rate: null, logBytes: undefined }

/** Readings of a pipeline in which every part answers and nothing waits, with some of them changed. */
export function aHealthyPipeline(change: Partial<Readings> = {}): Readings {
  const newest = { id: '7', at: now - 1_000, ms: 6 }
  return {
    now,
    writer: { value: { ready: true, reason: undefined, requests: undefined, rate: null, calls: undefined }, at },
    aggregates: {
      value: { newest: [{ id: '7', at: now - 1_006, columns: { name: 'joon', quantity: 95 } }], ...noNews },
      at
    },
    keeper: { value: { state: 'flowing', reason: 'last probe 0.5 s ago', since: now - 60_000 }, at },
    connector: { value: running, at },
    topic: {
      value: {
        lackingReplicas: 0,
        first: new Map([[0, 0]]),
        next: new Map([[0, 100]]),
        unread: undefined,
        newestAt: now - 1_000,
        rate: null,
        toDebezium: null,
        toKafka: null
      },
      at
    },
    group: {
      value: {
        state: 'stable',
        members: 1,
        movedAt: at,
        others: [],
        left: [],
        lags: new Map([[0, 0]]),
        waiting: { events: 0, ms: 0 },
        rate: null
      },
      at
    },
    consumer: { value: { ready: true, reason: undefined, requests: undefined, rate: null, calls: undefined }, at },
    effects: {
      value: { latency: null, newest, appliedAt: new Map([['7', now - 1_000]]), parked: 0 },
      at
    },
    ...change
  }
}
