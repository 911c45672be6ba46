import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, ITopicConfig } from 'kafkajs'

const patienceMs = 30_000

/**
 * Creates topics, and resolves when each partition has a leader; one that exists is left as it is. The client's own
 * `waitForLeaders` fails on a busy broker with «This server does not host this topic-partition» instead of waiting.
 */
export async function createTopics(admin: Admin, topics: readonly ITopicConfig[]): Promise<void> {
  await admin.createTopics({ topics: [...topics], waitForLeaders: false })
  const names = topics.map(({ topic }) => topic)
  for (const deadline = Date.now() + patienceMs; ; await sleep(50)) {
    try {
      if (await allHaveLeaders(admin, names)) return
    } catch (error) {
      if (Date.now() >= deadline) throw error
    }
    if (Date.now() >= deadline) throw new Error(`No leader after ${patienceMs / 1000} s: ${names.join(', ')}`)
  }
}

async function allHaveLeaders(admin: Admin, names: string[]): Promise<boolean> {
  const { topics } = await admin.fetchTopicMetadata({ topics: names })
  return topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0))
}
