import { type Stack, withAdmin } from '@outbox-cdc/stack'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import { kafkaConfig } from './send-again.ts'

type Kafka = Stack['kafka']
type Reader = { readonly groupId: string; readonly topic: string }

/** How many records a topic has had. */
export const sizeOf = (kafka: Kafka, topic: string): Promise<number> =>
  withAdmin(kafkaConfig(kafka), async admin =>
    (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0)
  )

/** Waits until a group has read all that its topic has. */
export const hasReadAll = (kafka: Kafka, { groupId, topic }: Reader): Promise<void> =>
  eventually(() =>
    withAdmin(kafkaConfig(kafka), async admin => {
      const ends = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, high]))
      const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
      for (const { partition, offset } of committed?.partitions ?? []) {
        const end = ends.get(partition)
        if (end !== '0') expect(offset, `${topic} ${partition}`).toBe(end)
      }
    })
  )

/**
 * Lets a group read its topic from the beginning, once its members have left. One that was killed counts as a member until
 * its session ends, even if it was started again and stopped since.
 */
export const rewind = (kafka: Kafka, { groupId, topic }: Reader): Promise<void> =>
  eventually(() => withAdmin(kafkaConfig(kafka), admin => admin.resetOffsets({ groupId, topic, earliest: true })), {
    everyMs: 250
  })
