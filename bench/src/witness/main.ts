import { Kafka, logLevel } from 'kafkajs'

// A second consumer, in a process of its own, that only notes when each record reached it, with the times that it carries.
const [brokers = '', topic = ''] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'witness', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({ groupId: `witness-${process.pid}`, maxWaitTimeInMs: 500 })
const notes: number[] = []

process.on('SIGTERM', () => {
  process.stdout.write(JSON.stringify(notes), () => process.exit(0))
})
consumer.on(consumer.events.GROUP_JOIN, () => process.stderr.write('ready\n'))
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: false })
await consumer.run({
  eachBatch: async ({ batch }) => {
    const received = Math.round((performance.timeOrigin + performance.now()) * 1000)
    for (const { key, timestamp, headers = {} } of batch.messages) {
      const { payload } = JSON.parse(String(key)) as { payload: { event_id: number } }
      notes.push(payload.event_id, Number(String(headers['captured_us'])), Number(timestamp) * 1000, received)
    }
  }
})
