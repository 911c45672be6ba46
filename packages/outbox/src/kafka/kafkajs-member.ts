import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import type { KafkaMember, Membership } from './kafka-client.ts'
import { fetching, noRestart, recordOf } from './kafkajs-record.ts'

/** How many batches may be taken at the same time, of one partition each. */
type KafkajsMembership = Membership & { readonly concurrency: number }

const farewellMs = 3_000

export async function joinWithKafkajs(kafka: Kafka, membership: KafkajsMembership): Promise<KafkaMember> {
  const leaving = new AbortController()
  let current = await enter(kafka, membership, onCrash)

  function onCrash(error: unknown): void {
    if (leaving.signal.aborted) return
    membership.onAssigned([])
    membership.onTrouble(error)
    void replace()
  }

  async function replace(): Promise<void> {
    for (let delay = 200; !leaving.signal.aborted; delay = Math.min(delay * 2, 5_000)) {
      await sleep(delay, undefined, { signal: leaving.signal }).catch(() => undefined)
      if (leaving.signal.aborted) return
      try {
        current = await enter(kafka, membership, onCrash)
        if (leaving.signal.aborted) await current.disconnect()
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
        offset: String(offset)
      }))
      await current.commitOffsets(offsets)
    },
    async leave() {
      leaving.abort()
      // It waits for a broker that may be gone: without a farewell the group notices when the session is over.
      await Promise.race([current.disconnect(), sleep(farewellMs, undefined, { ref: false })])
    }
  }
}

async function enter(
  kafka: Kafka,
  membership: KafkajsMembership,
  onCrash: (error: unknown) => void
): Promise<Consumer> {
  const { group, topic, sessionTimeoutMs } = membership
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.min(3_000, Math.floor(sessionTimeoutMs / 5)),
    retry: noRestart,
    ...fetching
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => onCrash(payload.error))
  consumer.on(consumer.events.REBALANCING, () => void membership.onRearranging())
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
    partitionsConsumedConcurrently: membership.concurrency,
    async eachBatch(payload) {
      const { batch } = payload
      const records = batch.messages.map(message => recordOf(topic, batch.partition, message))
      const room = membership.onRecords(batch.partition, records)
      // At once and not after the waiting below: by then the partition may be somebody else's, or ours anew.
      payload.resolveOffset(batch.lastOffset())
      await waitForRoom(room, payload)
    }
  })
  return consumer
}

// kafkajs reads on only when all batches of a broker are taken. A full partition may keep it for a moment, which is the
// usual back pressure; one that stays full (its database is away) steps aside, so that the others flow.
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
