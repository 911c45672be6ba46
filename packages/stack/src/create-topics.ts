import type { Admin, ITopicConfig } from 'kafkajs'
import pRetry from 'p-retry'

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
