import { Consumer } from '@platformatic/kafka'
import { type KafkaMember, type KafkaRecord, type Membership, sizeOf } from '../kafka/kafka-client.ts'
import { stayJoined } from '../kafka/stay-joined.ts'
import type { Logger } from '../logger.ts'
import { type ClientOptions, fetching, inBatches, type PlatformaticConsumer, type Stream } from './records.ts'

/** Joins with @platformatic/kafka. */
export async function joinWithPlatformatic(
  base: ClientOptions,
  membership: Membership,
  logger: Logger
): Promise<KafkaMember> {
  const end = (consumer: PlatformaticConsumer) =>
    consumer.close(true).catch((error: unknown) => logger.debug({ err: error }, 'the Kafka consumer did not close'))
  const member = await stayJoined(membership, {
    join: onCrash => consume(base, membership, onCrash),
    leave: end,
    cleanUp: end
  })
  return {
    async commit(next) {
      const { topic } = membership
      const offsets = [...next].map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: -1 }))
      await member.current().commit({ offsets })
    },
    leave: member.leave
  }
}

async function consume(
  base: ClientOptions,
  membership: Membership,
  onCrash: (error: unknown) => void
): Promise<PlatformaticConsumer> {
  const { group, topic, sessionTimeoutMs } = membership
  const consumer: PlatformaticConsumer = new Consumer({
    ...base,
    ...fetching,
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: Math.max(60_000, sessionTimeoutMs),
    heartbeatInterval: Math.min(3_000, Math.floor(sessionTimeoutMs / 5)),
    heartbeatStallTimeout: sessionTimeoutMs
  })
  let ended = false
  const crash = (error: unknown) => {
    if (ended) return
    ended = true
    onCrash(error)
  }
  let stream: Stream | undefined

  // A stream keeps its position over a rebalance, also where nothing was committed, so it would never read again what we
  // dropped. Each assignment gets a new stream, which starts at the committed offsets.
  async function read(): Promise<void> {
    void stream?.close().catch(() => undefined)
    const opened = await consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest', ...fetching })
    stream = opened
    opened.on('error', error => stream === opened && crash(error))
    const limit = createBackPressure(opened)
    inBatches(opened, (partition, records) => {
      if (stream === opened) limit(membership.onRecords(partition, records), records)
    })
  }

  consumer.on('error', crash)
  consumer.on('consumer:heartbeat:stalled', ({ lastError }) => crash(lastError ?? new Error('Heartbeats have stalled')))
  consumer.on('consumer:group:rebalance', () => void membership.onRebalancing())
  consumer.on('consumer:group:join', ({ assignments }) => {
    const ours = assignments?.find(assignment => assignment.topic === topic)?.partitions ?? []
    membership.onAssigned(ours)
    if (stream !== undefined) void read().catch(crash)
  })
  try {
    await read()
  } catch (error) {
    ended = true
    await consumer.close(true).catch(() => undefined)
    throw error
  }
  return consumer
}

// One stream feeds all partitions, and to pause it pauses all. So it keeps reading until much waits, unlike with kafkajs.
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
