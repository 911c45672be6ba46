import { fileURLToPath } from 'node:url'
import { defineEvent } from '@outbox-cdc/outbox'
import { createMemoryKafka, createMemoryTopic, debeziumRecord, type MemoryTopic } from '@outbox-cdc/outbox/testing'
import { createLogger, migrate } from '@outbox-cdc/service-kit'
import { fetchJson, get, post } from '@outbox-cdc/test-support/http'
import { createServiceDatabase } from '@outbox-cdc/test-support/use-stack'
import { z } from 'zod'
import { fakePaymentGateway } from '../order/payment/fake-payment-gateway.ts'
import type { OrderToPay } from '../order/payment/payment-gateway.ts'
import { configSchema, createService } from '../order/service.ts'
import { keepPublished } from './keep-published.ts'

const directory = fileURLToPath(new URL('../order/migrations', import.meta.url))
const aggregates = ['order', 'payment', 'stock', 'shop', 'delivery', 'item'] as const
type Aggregate = (typeof aggregates)[number]

/** The database of the service order, with topics in memory and a payment that obeys the test. The caller stops it. */
export async function startOrder() {
  const database = await createServiceDatabase('flower', url => migrate({ url, directory, report: () => undefined }))
  const { db } = database
  await keepPublished(db)
  const topics = new Map<Aggregate, MemoryTopic>(
    aggregates.map(each => [each, createMemoryTopic({ name: `flower.${each}` })])
  )
  const fake = fakePaymentGateway()
  const market: Market = { beforePayment: async () => undefined }
  const payments: typeof fake = {
    ...fake,
    async pay(order, context) {
      await market.beforePayment(order)
      return await fake.pay(order, context)
    }
  }
  const stops: (() => Promise<void>)[] = [() => database.drop()]
  let id = 0

  /** What another service says of an order or an item. */
  function happen(aggregate: Aggregate, name: string, about: About): void {
    const { payload = {}, at = new Date(), ...key } = about
    const definition = defineEvent({ aggregate, name, version: 1, payload: z.looseObject({}) })
    const event = definition({ ...key, payload, correlationId: String(key.aggregateId) })
    topics.get(aggregate)?.produce(debeziumRecord(event, { id: ++id, createdAt: at, topic: `flower.${aggregate}` }))
  }

  /** A replica of the service. */
  async function replica(variables: Readonly<Record<string, string>> = {}) {
    const env = { HTTP_PORT: '0', MYSQL_URL: database.url, KAFKA_BROKERS: 'none:1', PAYMENT_URL: 'http://127.0.0.1:1' }
    const config = configSchema.parse({ ...env, ...variables })
    const kafka = createMemoryKafka(...topics.values())
    const log: Record<string, unknown>[] = []
    const logger = createLogger('order', 'info', { write: line => void log.push(JSON.parse(line)) })
    const service = createService(config, logger, { kafka, payments })
    const at = `http://127.0.0.1:${await service.start()}`
    let stopped: Promise<void> | undefined
    const stop = () => (stopped ??= service.stop())
    stops.push(stop)
    return {
      at,
      log,
      place: (wishes: object = {}, headers: Readonly<Record<string, string>> = {}) =>
        post(`${at}/orders`, { itemId: 1, qty: 3, userName: '이기정', ...wishes }, headers),
      pay: (order: number) => post(`${at}/orders/${order}/payment`, {}),
      cancel: (order: number) => fetchJson(`${at}/orders/${order}`, { method: 'DELETE' }),
      read: (path: string) => get(`${at}${path}`),
      stop
    }
  }

  return {
    kafka: () => createMemoryKafka(...topics.values()),
    db,
    fake,
    market,
    happen,
    replica,
    /** What was published of an order. */
    published: async (order: number) =>
      db('published').where({ aggregateId: order }).orderBy('id').select({
        name: 'event',
        payload: 'payload',
        correlation_id: 'correlationId',
        traceparent: 'traceparent',
        actor: 'actor'
      }),
    /** Everything that a refused request must leave as it was. */
    rows: () => Promise.all([db('customer_order').orderBy('id'), db('published').orderBy('id')]),
    async stop() {
      for (const stop of stops.toReversed()) await stop()
    }
  }
}

/** What happens while an order is being paid. */
type Market = { beforePayment: (order: OrderToPay) => Promise<void> }

type About = {
  readonly aggregateId: number
  readonly aggregateVersion?: number
  readonly payload?: Readonly<Record<string, unknown>>
  readonly at?: Date
}
