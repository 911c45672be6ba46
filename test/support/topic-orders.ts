import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'

export type Seen = { readonly orderId: number; readonly at: number }
export type TopicOrders = {
  /** Every record of the topic so far, in order of arrival, without those that a test planted. */
  readonly seen: readonly Seen[]
  ids(): ReadonlySet<number>
  stop(): Promise<void>
}

/** Reads the business topic from its beginning with a plain consumer, until it is stopped. */
export async function watchTopicOrders(brokers: readonly string[]): Promise<TopicOrders> {
  const seen: Seen[] = []
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 20 } })
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic: 'orders_server.orders.outbox', fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      if (message.headers?.['planted'] !== undefined) return
      const { payload } = JSON.parse(message.value?.toString() ?? '{}') as { payload: { event_id: number } }
      seen.push({ orderId: payload.event_id, at: Date.now() })
    }
  })
  return {
    seen,
    ids: () => new Set(seen.map(({ orderId }) => orderId)),
    stop: () => consumer.disconnect()
  }
}
