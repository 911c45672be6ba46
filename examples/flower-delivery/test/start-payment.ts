import { fileURLToPath } from 'node:url'
import { defineEvent } from '@outbox-cdc/outbox'
import { createMemoryKafka, createMemoryOutbox, createMemoryTopic } from '@outbox-cdc/outbox/testing'
import { createLogger, migrate } from '@outbox-cdc/service-kit'
import { get, post } from '@outbox-cdc/test-support/http'
import { createServiceDatabase } from '@outbox-cdc/test-support/use-stack'
import { z } from 'zod'
import type { OrderToPay } from '../order/payment/payment-gateway.ts'
import { configSchema, createService } from '../payment/service.ts'
import { keepPublished } from './keep-published.ts'

const directory = fileURLToPath(new URL('../payment/migrations', import.meta.url))

const payload = z.object({ reason: z.string() })
const news = {
  order_cancel_requested: defineEvent({ name: 'order_cancel_requested', aggregate: 'order', version: 1, payload }),
  order_cancelled: defineEvent({ name: 'order_cancelled', aggregate: 'order', version: 1, payload }),
  rejected: defineEvent({ name: 'rejected', aggregate: 'shop', version: 1, payload })
}

/** The service payment on MySQL, with topics in memory. The caller stops it. */
export async function startPayment() {
  const database = await createServiceDatabase('payment', url => migrate({ url, directory, report: () => undefined }))
  const { db } = database
  await keepPublished(db)
  const outboxOf = (name: string) => createMemoryOutbox({ topic: createMemoryTopic({ name, partitions: 1 }) })
  const [orders, shop] = [outboxOf('flower.order'), outboxOf('flower.shop')]
  const running: { stop(): Promise<void> }[] = []

  /** One more process on the same database. */
  async function start(settings: Readonly<Record<string, string>> = {}) {
    const config = configSchema.parse({
      HTTP_PORT: '0',
      MYSQL_URL: database.url,
      KAFKA_BROKERS: '127.0.0.1:1',
      ...settings
    })
    const service = createService(
      config,
      createLogger('payment', 'silent'),
      createMemoryKafka(orders.topic, shop.topic)
    )
    const url = `http://127.0.0.1:${await service.start()}`
    running.push(service)
    return {
      url,
      pay: (order: OrderToPay, headers: Readonly<Record<string, string>> = {}) =>
        post(`${url}/payments`, order, { 'idempotency-key': String(order.orderId), ...headers }),
      read: (orderId: number) => get(`${url}/payments/${orderId}`),
      list: (query = '') => get(`${url}/payments${query}`)
    }
  }

  return {
    start,
    /** Lets it hear what happened to an order elsewhere. */
    hear(event: keyof typeof news, aggregateId: number) {
      const outbox = event === 'rejected' ? shop : orders
      const input = { aggregateId, correlationId: String(aggregateId), payload: { reason: 'CUSTOMER' } }
      return outbox.transaction(trx => outbox.append(trx, news[event](input)))
    },
    /** Lets it hear the last events of each topic again. */
    redeliver(count: number) {
      orders.topic.redeliver(count)
      shop.topic.redeliver(count)
    },
    row: (orderId: number) => db('payment').where({ order_id: orderId }).first(),
    published: (orderId: number) =>
      db('published')
        .where({ aggregateId: orderId })
        .orderBy('id')
        .select({ event: 'event', version: 'version', correlation: 'correlationId', payload: 'payload' }),
    async stop() {
      for (const service of running) await service.stop()
      await database.drop()
    }
  }
}
