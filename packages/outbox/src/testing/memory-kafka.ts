import type { KafkaClient, KafkaMember, Membership, Watermarks } from '../kafka/kafka-client.ts'
import type { MemoryTopic } from './memory-topic.ts'

// Stored with the topic, because clients of one broker share their groups.
const groupsOf = new WeakMap<MemoryTopic, Map<string, MemoryGroup>>()

/**
 * A Kafka client on topics in memory, so that `createConsumer` needs no broker. Members of a group share its partitions.
 * Uncommitted records come again when the group rebalances.
 */
export function createMemoryKafka(...topics: readonly MemoryTopic[]): KafkaClient {
  function topicNamed(name: string): MemoryTopic {
    const topic = topics.find(candidate => candidate.name === name)
    if (topic === undefined) throw new Error(`There is no topic ${name} in memory`)
    return topic
  }

  function groupOf(name: string, topicName: string): MemoryGroup {
    const topic = topicNamed(topicName)
    const groups = groupsOf.get(topic) ?? new Map<string, MemoryGroup>()
    const group = groups.get(name) ?? createMemoryGroup(topic)
    groupsOf.set(topic, groups.set(name, group))
    return group
  }

  return {
    join: async membership => groupOf(membership.group, membership.topic).join(membership),
    async topic(name) {
      const { partitions, retentionMs, segmentMs } = topicNamed(name)
      return { partitions, retentionMs, segmentMs }
    },
    async watermarks(name) {
      const high = (partition: number) => BigInt(recordsOf(topicNamed(name), partition).length)
      return new Map(
        partitionsOf(topicNamed(name)).map(each => [each, { low: 0n, high: high(each) } satisfies Watermarks])
      )
    },
    async offsetsAt(name, timestamp) {
      const offset = (partition: number) => {
        const records = recordsOf(topicNamed(name), partition)
        return records.find(record => record.timestamp >= timestamp)?.offset ?? BigInt(records.length)
      }
      return new Map(partitionsOf(topicNamed(name)).map(partition => [partition, offset(partition)]))
    },
    committed: async (group, topic) => groupOf(group, topic).committed(),
    members: async group =>
      topics.flatMap(topic => {
        const given = groupsOf.get(topic)?.get(group)?.members() ?? []
        return given.map(partitions => ({
          topics: [topic.name],
          partitions: (name: string) => (name === topic.name ? partitions : [])
        }))
      }),
    async read({ topic, window, onRecords }) {
      for (const [partition, { from, to }] of window) {
        const records = recordsOf(topicNamed(topic), partition).filter(({ offset }) => offset >= from && offset < to)
        if (records.length > 0) await onRecords(partition, records)
      }
    },
    close: async () => undefined
  }
}

const recordsOf = (topic: MemoryTopic, partition: number) =>
  topic.records().filter(record => record.partition === partition)
const partitionsOf = (topic: MemoryTopic) => Array.from({ length: topic.partitions }, (_, partition) => partition)

type MemoryGroup = ReturnType<typeof createMemoryGroup>
type Member = { readonly membership: Membership; partitions: readonly number[]; reading: AbortController }

/** A consumer group: shares the partitions among its members, and rebalances when one joins or leaves. */
function createMemoryGroup(topic: MemoryTopic) {
  const offsets = new Map<number, bigint>()
  const members: Member[] = []

  async function rebalance(): Promise<void> {
    for (const member of members) {
      await member.membership.onRebalancing()
      member.reading.abort()
    }
    for (const [position, member] of members.entries()) {
      member.partitions = partitionsOf(topic).filter(partition => partition % members.length === position)
      member.reading = new AbortController()
      member.membership.onAssigned(member.partitions)
      for (const partition of member.partitions) void readPartition(member, partition)
    }
  }

  async function readPartition({ membership, reading: { signal } }: Member, partition: number): Promise<void> {
    let next = offsets.get(partition) ?? 0n
    while (!signal.aborted) {
      const records = recordsOf(topic, partition).filter(({ offset }) => offset >= next)
      if (records.length === 0) await topic.nextRecord(signal)
      else await membership.onRecords(partition, records)
      next += BigInt(records.length)
    }
  }

  async function join(membership: Membership): Promise<KafkaMember> {
    const member: Member = { membership, partitions: [], reading: new AbortController() }
    members.push(member)
    await rebalance()
    return {
      async commit(next) {
        for (const [partition, offset] of next) {
          if (!member.partitions.includes(partition)) throw new Error(`Partition ${partition} is not ours any more`)
          offsets.set(partition, offset)
        }
      },
      async leave() {
        if (!members.includes(member)) return
        members.splice(members.indexOf(member), 1)
        member.reading.abort()
        member.partitions = []
        await rebalance()
      }
    }
  }

  return { join, committed: () => new Map(offsets), members: () => members.map(({ partitions }) => partitions) }
}
