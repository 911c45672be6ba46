import { Kafka, logLevel, type Admin } from 'kafkajs'
import type { Lab } from './lab.ts'

/** Runs `work` with a Kafka admin client. */
export async function withAdmin<T>(lab: Lab, work: (admin: Admin) => Promise<T>): Promise<T> {
  const kafka = new Kafka({ clientId: 'bench', brokers: [...lab.stack.kafka.brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
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

/** How many records a topic holds, from its watermarks. */
export async function recordsIn(lab: Lab, topic: string): Promise<number> {
  return withAdmin(lab, async admin => {
    const offsets = await admin.fetchTopicOffsets(topic)
    return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
  })
}

/** Forgets what a topic holds: a new group begins with what comes next. */
export async function clearTopic(lab: Lab, topic: string): Promise<void> {
  await withAdmin(lab, async admin => {
    const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
      partition,
      offset: high
    }))
    await admin.deleteTopicRecords({ topic, partitions })
  })
}
