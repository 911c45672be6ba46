import { nowMicros } from '@outbox-cdc/test-support/load/order-load'
import { Kafka, logLevel } from 'kafkajs'
import type { Seen } from './start-witness.ts'

// A second consumer. For each record it notes its own time and the times that the record carries.
const [brokers = '', topic = ''] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'witness', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({ groupId: `witness-${process.pid}`, maxWaitTimeInMs: 500 })
const seen: [orderId: number, Seen][] = []

process.once('message', () => process.send?.(seen, () => process.exit(0)))
consumer.on(consumer.events.GROUP_JOIN, () => process.send?.('joined'))
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: false })
await consumer.run({
  eachBatch: async ({ batch }) => {
    const received = Math.round(nowMicros())
    for (const { key, timestamp, headers = {} } of batch.messages) {
      const { payload } = JSON.parse(String(key)) as { payload: { event_id: number } }
      const debezium = Number(String(headers['captured_us']))
      seen.push([payload.event_id, { debezium, appended: Number(timestamp) * 1000, received }])
    }
  }
})
