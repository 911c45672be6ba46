import { setTimeout as wait } from 'node:timers/promises'
import type { KafkaClient, KafkaMember, KafkaRecord, TopicPartition } from '@outbox-cdc/outbox'
import type { Logger } from '@outbox-cdc/service-kit'
import { type LiveEvent, liveEventOf, topics } from './live-event.ts'

type Parts = {
  readonly kafka: KafkaClient
  readonly logger: Logger
  readonly onEvent: (event: LiveEvent) => void
  /** Says whether events come in; called whenever that may have changed. */
  readonly onReading: (reading: boolean) => void
}

const [firstPauseMs, longestPauseMs] = [500, 5_000]
const nameOf = ({ topic, partition }: TopicPartition) => `${topic}:${partition}`

/**
 * Reads all topics from now on. What was there before the start is left out: a page reads the rows themselves when it
 * connects. The offsets of the group only spare a restart most of what it would leave out.
 */
export function followEvents({ kafka, logger, onEvent, onReading }: Parts) {
  const stopping = new AbortController()
  let member: KafkaMember | undefined

  async function follow(): Promise<void> {
    for (let pauseMs = firstPauseMs; !stopping.signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        member = await join(await endsOf(kafka))
        if (stopping.signal.aborted) await member.leave()
        return
      } catch (error) {
        if (pauseMs === firstPauseMs) logger.warn({ err: error }, 'cannot read the events yet')
        await wait(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  function join(ends: ReadonlyMap<string, bigint>): Promise<KafkaMember> {
    const isNew = (record: KafkaRecord) => record.offset >= (ends.get(nameOf(record)) ?? 0n)
    return kafka.join({
      group: 'flower-gateway',
      topics,
      sessionTimeoutMs: 10_000,
      onAssigned: partitions => onReading(partitions.length > 0),
      onRebalancing: () => Promise.resolve(),
      async onRecords({ topic, partition }, records) {
        for (const record of records.filter(isNew)) {
          const event = liveEventOf(record)
          if (event !== undefined) onEvent(event)
        }
        const offset = (records.at(-1)?.offset ?? 0n) + 1n
        // Lost with the partition, which loses nothing.
        await member?.commit([{ topic, partition, offset }]).catch(() => undefined)
      },
      onFailure(error) {
        onReading(false)
        logger.warn({ err: error }, 'the events cannot be read now')
      }
    })
  }

  return {
    /** Returns at once: where Kafka is away, the events come later. */
    start: () => void follow(),
    async stop() {
      stopping.abort()
      await member?.leave()
    }
  }
}

/** The end of each partition at this moment. */
async function endsOf(kafka: KafkaClient): Promise<ReadonlyMap<string, bigint>> {
  const found = await Promise.all(
    topics.map(async topic => {
      const marks = await kafka.watermarks(topic)
      return [...marks].map(([partition, { high }]) => [nameOf({ topic, partition }), high] as const)
    })
  )
  return new Map(found.flat())
}
