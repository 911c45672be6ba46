import { Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import { uniqueName } from './unique-name.ts'

/** Reads `count` records of a topic from its beginning, with a plain consumer instead of this project's. */
export async function readTopic(
  brokers: readonly string[],
  topic: string,
  count: number
): Promise<readonly KafkaMessage[]> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: uniqueName('plain'), maxWaitTimeInMs: 100 })
  const records: KafkaMessage[] = []
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${topic}: ${records.length} of ${count} records after 60 s`)),
        60_000
      )
      const eachMessage = async ({ message }: { message: KafkaMessage }) => {
        if (records.push(message) < count) return
        clearTimeout(timer)
        resolve()
      }
      consumer.run({ eachMessage }).catch(reject)
    })
  } finally {
    await consumer.disconnect()
  }
  return records
}
