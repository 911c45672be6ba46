import { nowMicros } from '@outbox-cdc/test-support/load/order-load'
import { Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import type { Seen } from './start-witness.ts'

// A second consumer. For each record it notes its own time and the times that the record carries.
const [brokers = '', topic = '', idHeader = ''] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'witness', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({ groupId: `witness-${process.pid}`, maxWaitTimeInMs: 500 })
const seen: [id: number | string, Seen][] = []

process.once('message', () => process.send?.(seen, () => process.exit(0)))
consumer.on(consumer.events.GROUP_JOIN, () => process.send?.('joined'))
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: false })
await consumer.run({
  eachBatch: async ({ batch }) => {
    const received = Math.round(nowMicros())
    for (const message of batch.messages) {
      const debezium = Number(String(message.headers?.['captured_us']))
      seen.push([idOf(message), { debezium, appended: Number(message.timestamp) * 1000, received }])
    }
  }
})

function idOf({ key, headers = {} }: KafkaMessage): number | string {
  if (idHeader !== '') return String(headers[idHeader])
  return (JSON.parse(String(key)) as { payload: { event_id: number } }).payload.event_id
}
