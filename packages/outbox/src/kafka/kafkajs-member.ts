import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import type { KafkaMember, Membership } from './kafka-client.ts'
import { fetching, noRestart, recordOf } from './kafkajs-records.ts'
import { stayJoined } from './stay-joined.ts'

const farewellMs = 3_000

/** Joins with kafkajs; at most `concurrency` batches are taken at the same time, each of another partition. */
export async function joinWithKafkajs(kafka: Kafka, membership: Membership, concurrency: number): Promise<KafkaMember> {
  const member = await stayJoined(membership, {
    join: onCrash => consume(kafka, membership, { concurrency, onCrash }),
    async leave(consumer) {
      // Disconnecting waits for a broker that may be gone. Then the group notices when the session times out.
      await Promise.race([consumer.disconnect(), sleep(farewellMs, undefined, { ref: false })])
    }
  })
  return {
    async commit(next) {
      const { topic } = membership
      const offsets = [...next].map(([partition, offset]) => ({ topic, partition, offset: String(offset) }))
      await member.current().commitOffsets(offsets)
    },
    leave: member.leave
  }
}

type Consuming = { readonly concurrency: number; readonly onCrash: (error: unknown) => void }

async function consume(kafka: Kafka, membership: Membership, { concurrency, onCrash }: Consuming): Promise<Consumer> {
  const { group, topic, sessionTimeoutMs } = membership
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.min(3_000, Math.floor(sessionTimeoutMs / 5)),
    retry: noRestart,
    ...fetching
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => onCrash(payload.error))
  consumer.on(consumer.events.REBALANCING, () => void membership.onRebalancing())
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => membership.onAssigned(payload.memberAssignment[topic] ?? []))
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
  } catch (error) {
    await consumer.disconnect().catch(() => undefined)
    throw error
  }
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: concurrency,
    async eachBatch(payload) {
      const { batch } = payload
      const records = batch.messages.map(message => recordOf(topic, batch.partition, message))
      const room = membership.onRecords(batch.partition, records)
      // Now, not after the wait below: by then the partition may have another owner, or be assigned to us again.
      payload.resolveOffset(batch.lastOffset())
      await waitForRoom(room, payload)
    }
  })
  return consumer
}

// kafkajs continues to read only when all batches of a broker are taken. A full partition may hold it up for a second,
// which is the usual back pressure. If it stays full (its database is down), it is paused, so that the others flow.
async function waitForRoom(room: Promise<void>, payload: EachBatchPayload): Promise<void> {
  let open = false
  const opened = room.then(() => {
    open = true
  })
  for (let waited = 0; waited < 5; waited++) {
    await Promise.race([opened, sleep(200)])
    if (open) return
    await payload.heartbeat()
  }
  const resume = payload.pause()
  void opened.then(resume)
}
