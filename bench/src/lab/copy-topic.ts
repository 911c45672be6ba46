import { Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import { recordsIn } from './admin.ts'
import type { Lab } from './lab.ts'

type Copy = { readonly from: string; readonly to: string; readonly count: number }

/** Copies the first `count` records of a topic to one with other partitions, as they are. */
export async function copyTopic(lab: Lab, { from, to, count }: Copy): Promise<void> {
  const kafka = new Kafka({ clientId: 'bench-copy', brokers: [...lab.stack.kafka.brokers], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `bench-copy-${to}` })
  const producer = kafka.producer()
  let left = count - (await recordsIn(lab, to))
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  if (left <= 0) resolve()
  await Promise.all([consumer.connect(), producer.connect()])
  await consumer.subscribe({ topics: [from], fromBeginning: true })
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
  await consumer.run({
    eachBatch: async ({ batch }) => {
      const messages = batch.messages.slice(0, left).map(recordOf)
      left -= messages.length
      for (let start = 0; start < messages.length; start += 2_000)
        await producer.send({ topic: to, messages: messages.slice(start, start + 2_000) })
      if (left <= 0) resolve()
    }
  })
  await done
  await Promise.all([consumer.disconnect(), producer.disconnect()])
}

// kafkajs cannot write a header without a value.
function recordOf({ key, value, headers = {} }: KafkaMessage) {
  return { key, value, headers: Object.fromEntries(Object.entries(headers).filter(([, text]) => text !== null)) }
}
