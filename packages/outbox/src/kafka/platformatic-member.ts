import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../consumer/logger.ts'
import { type KafkaMember, type KafkaRecord, type Membership, sizeOf } from './kafka-client.ts'
import {
  fetching,
  inBatches,
  type Platformatic,
  type PlatformaticConsumer,
  type Stream
} from './platformatic-record.ts'

/** Joins with @platformatic/kafka; any error replaces the consumer by a new one, for as long as it takes. */
export async function joinWithPlatformatic(
  client: Platformatic,
  membership: Membership,
  logger: Logger
): Promise<KafkaMember> {
  const leaving = new AbortController()
  let current = await enter(client, membership, onCrash)

  function onCrash(error: unknown): void {
    if (leaving.signal.aborted) return
    membership.onAssigned([])
    membership.onTrouble(error)
    void replace()
  }

  async function replace(): Promise<void> {
    await end(current, logger)
    for (let delay = 200; !leaving.signal.aborted; delay = Math.min(delay * 2, 5_000)) {
      await sleep(delay, undefined, { signal: leaving.signal }).catch(() => undefined)
      if (leaving.signal.aborted) return
      try {
        current = await enter(client, membership, onCrash)
        if (leaving.signal.aborted) await end(current, logger)
        return
      } catch (error) {
        membership.onTrouble(error)
      }
    }
  }

  return {
    async commit(next) {
      const offsets = [...next].map(([partition, offset]) => ({
        topic: membership.topic,
        partition,
        offset,
        leaderEpoch: -1
      }))
      await current.commit({ offsets })
    },
    async leave() {
      leaving.abort()
      await end(current, logger)
    }
  }
}

async function end(consumer: PlatformaticConsumer, logger: Logger): Promise<void> {
  try {
    await consumer.close(true)
  } catch (error) {
    logger.debug({ err: error }, 'the Kafka consumer did not end in good order')
  }
}

async function enter(
  { library, base }: Platformatic,
  membership: Membership,
  onCrash: (error: unknown) => void
): Promise<PlatformaticConsumer> {
  const { group, topic, sessionTimeoutMs } = membership
  const heartbeatInterval = Math.min(3_000, Math.floor(sessionTimeoutMs / 5))
  const consumer: PlatformaticConsumer = new library.Consumer({
    ...base,
    ...fetching,
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: Math.max(60_000, sessionTimeoutMs),
    heartbeatInterval,
    heartbeatStallTimeout: sessionTimeoutMs
  })
  const crash = onceOf(onCrash)
  let stream: Stream | undefined

  // A stream keeps its place over a rebalance, even where nothing is committed: what we dropped it would never read
  // again. So each assignment gets a stream of its own, which begins at the committed offsets.
  async function read(): Promise<void> {
    void stream?.close().catch(() => undefined)
    const opened = await consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest', ...fetching })
    stream = opened
    opened.on('error', error => stream === opened && crash(error))
    const hold = createBackPressure(opened)
    inBatches(opened, (partition, records) => {
      if (stream === opened) hold(membership.onRecords(partition, records), records)
    })
  }

  consumer.on('error', crash)
  consumer.on('consumer:heartbeat:stalled', ({ lastError }) => crash(lastError ?? new Error('Heartbeats have stalled')))
  consumer.on('consumer:group:rebalance', () => void membership.onRearranging())
  consumer.on('consumer:group:join', ({ assignments }) => {
    const ours = assignments?.find(assignment => assignment.topic === topic)?.partitions ?? []
    membership.onAssigned(ours)
    if (stream !== undefined) void read().catch(crash)
  })
  try {
    await read()
  } catch (error) {
    crash.spent = true
    await consumer.close(true).catch(() => undefined)
    throw error
  }
  return consumer
}

// One stream feeds all partitions, and pausing it pauses all: so it runs on until much waits, unlike with kafkajs.
const muchWaits = { records: 20_000, bytes: 256 * 1024 * 1024 }

function createBackPressure(stream: Stream): (room: Promise<void>, records: readonly KafkaRecord[]) => void {
  const waiting = { records: 0, bytes: 0 }
  const isMuch = () => waiting.records >= muchWaits.records || waiting.bytes >= muchWaits.bytes
  return (room, records) => {
    const bytes = sizeOf(records)
    waiting.records += records.length
    waiting.bytes += bytes
    if (isMuch()) stream.pause()
    void room.then(() => {
      waiting.records -= records.length
      waiting.bytes -= bytes
      if (!isMuch() && stream.isPaused()) stream.resume()
    })
  }
}

function onceOf(report: (error: unknown) => void): ((error: unknown) => void) & { spent: boolean } {
  const once = (error: unknown) => {
    if (once.spent) return
    once.spent = true
    report(error)
  }
  once.spent = false
  return once
}
