import { randomUUID } from 'node:crypto'
import { Producer, stringSerializers } from '@platformatic/kafka'

export type OutboxRecord = {
  readonly eventId: number | string
  readonly event?: string
  readonly payload?: unknown
  readonly value?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Kafka's time of the record; now if not given. */
  readonly at?: number
}

/** Writes records of the documented wire shape straight to a topic, as Connect would; `value` replaces it whole. */
export async function produceOutbox(
  brokers: readonly string[],
  topic: string,
  records: readonly OutboxRecord[]
): Promise<void> {
  const producer = new Producer({
    clientId: 'console-test',
    bootstrapBrokers: [...brokers],
    serializers: stringSerializers,
    autocreateTopics: false,
    retries: 10,
    retryDelay: 200
  })
  const messages = records.map(
    ({ eventId, event = 'order_created', payload = {}, value, headers = {}, at = Date.now() }, index) => ({
      topic,
      key: JSON.stringify({ schema: null, payload: { event_id: eventId } }),
      value:
        value ??
        JSON.stringify({
          schema: { type: 'struct' },
          payload: {
            id: index + 1,
            event,
            event_id: eventId,
            payload: JSON.stringify(payload),
            created_at: new Date(at).toISOString()
          }
        }),
      timestamp: BigInt(at),
      headers: { message_id: randomUUID(), aggregate: 'order', aggregate_version: '1', schema_version: '1', ...headers }
    })
  )
  await producer.send({ messages })
  await producer.close()
}
