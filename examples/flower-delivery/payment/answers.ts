import type { Answers } from '@outbox-cdc/contracts'
import { createMemoryKafka, createMemoryTopic } from '@outbox-cdc/outbox/testing'
import { createLogger, createMysql } from '@outbox-cdc/service-kit'
import { cancelPayment, payOrder } from './payments.ts'
import { newPaymentSchema } from './requests.ts'
import { configSchema, createService } from './service.ts'

/** The service, with topics in memory: what it answers needs no broker. */
export const answers: Answers = {
  migrations: new URL('migrations', import.meta.url),
  async start(mysqlUrl) {
    const config = configSchema.parse({ HTTP_PORT: '0', MYSQL_URL: mysqlUrl, KAFKA_BROKERS: 'none:1' })
    const topics = ['flower.order', 'flower.shop'].map(name => createMemoryTopic({ name }))
    const service = createService(config, createLogger('payment', 'silent'), createMemoryKafka(...topics))
    const db = createMysql({ url: mysqlUrl, name: 'payment-states' })
    return {
      url: `http://127.0.0.1:${await service.start()}`,
      states: {
        'an order is not paid': async ({ orderId }) => void (await db('payment').where({ order_id: orderId }).delete()),
        'an order is paid': async values =>
          void (await db.transaction(trx => payOrder(trx, newPaymentSchema.parse(values), {}))),
        'an order was cancelled': ({ orderId }) =>
          db.transaction(trx => cancelPayment(trx, Number(orderId), 'order_cancelled'))
      },
      async stop() {
        await service.stop()
        await db.destroy()
      }
    }
  }
}
