import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Admin, Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import type { Lab } from './lab.ts'

/** The topic of the project's own connector. */
export const ordersTopic = 'orders_server.orders.outbox'

function kafkaOf({ stack }: Lab): Kafka {
  return new Kafka({ clientId: 'bench', brokers: [...stack.kafka.brokers], logLevel: logLevel.NOTHING })
}

export async function withAdmin<T>(lab: Lab, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaOf(lab).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

export async function ensureTopic(lab: Lab, topic: string, partitions = 3): Promise<void> {
  await withAdmin(lab, async admin => {
    if ((await admin.listTopics()).includes(topic)) return
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true })
  })
}

/** How many records a topic holds, by its watermarks. */
export async function recordsIn(lab: Lab, topic: string): Promise<number> {
  return withAdmin(lab, async admin => {
    const offsets = await admin.fetchTopicOffsets(topic)
    return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
  })
}

/** Deletes all records of a topic: a new consumer group starts with the next one. */
export async function clearTopic(lab: Lab, topic: string): Promise<void> {
  await withAdmin(lab, async admin => {
    const offsets = await admin.fetchTopicOffsets(topic)
    const partitions = offsets.map(({ partition, high }) => ({ partition, offset: high }))
    await admin.deleteTopicRecords({ topic, partitions })
  })
}

type Copy = { readonly from: string; readonly to: string; readonly count: number }

/** Copies the first `count` records of a topic to another one. */
export async function copyTopic(lab: Lab, { from, to, count }: Copy): Promise<void> {
  const kafka = kafkaOf(lab)
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

// kafkajs can't write a header without a value.
function recordOf({ key, value, headers = {} }: KafkaMessage) {
  return { key, value, headers: Object.fromEntries(Object.entries(headers).filter(([, text]) => text !== null)) }
}

/** Bytes of a topic's log on the broker's disk. */
export async function topicBytes({ settings }: Lab, topic: string): Promise<number> {
  const dir = join(settings.dir, 'kafka/kafka-1/log')
  const folders = (await readdir(dir)).filter(name => name.replace(/-\d+$/, '') === topic)
  const sizes = await Promise.all(
    folders.map(async folder => {
      const files = (await readdir(join(dir, folder))).filter(name => name.endsWith('.log'))
      return Promise.all(files.map(async name => (await stat(join(dir, folder, name))).size))
    })
  )
  return sizes.flat().reduce((sum, size) => sum + size, 0)
}
