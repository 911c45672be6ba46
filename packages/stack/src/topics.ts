import { type Admin, type ITopicConfig, Kafka, type KafkaConfig, logLevel } from 'kafkajs'
import pRetry from 'p-retry'

/** Runs `work` with a client that doesn't log: its callers report what fails. */
export async function withAdmin<T>(config: KafkaConfig, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ logLevel: logLevel.NOTHING, ...config }).admin()
  try {
    await admin.connect()
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/**
 * Creates topics, and resolves when each partition has a leader; one that exists is left as it is. The client's own
 * `waitForLeaders` fails on a busy broker with «This server does not host this topic-partition» instead of waiting.
 */
export async function createTopics(admin: Admin, topics: readonly ITopicConfig[]): Promise<void> {
  await admin.createTopics({ topics: [...topics], waitForLeaders: false })
  const names = topics.map(({ topic }) => topic)
  const requireLeaders = async () => {
    const metadata = await admin.fetchTopicMetadata({ topics: names })
    const partitions = metadata.topics.map(topic => topic.partitions)
    if (partitions.every(some => some.length > 0 && some.every(({ leader }) => leader >= 0))) return
    throw new Error(`No leader after 30 s: ${names.join(', ')}`)
  }
  await pRetry(requireLeaders, { retries: Infinity, minTimeout: 50, factor: 1, maxRetryTime: 30_000 })
}
