import type { KafkaClient, KafkaMember, Membership, NextOffset, Watermarks } from '../kafka/kafka-client.ts'
import type { MemoryTopic } from './memory-topic.ts'

// Stored with the topic, because clients of one broker share their groups.
const groupsOf = new WeakMap<MemoryTopic, Map<string, TopicGroup>>()

/** What a group has of one topic. */
type TopicGroup = { readonly offsets: Map<number, bigint>; readonly members: Member[] }

type Member = {
  readonly membership: Membership
  readonly topics: readonly MemoryTopic[]
  partitions: readonly NextOffset[]
  reading: AbortController
}

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

  return {
    join: async membership => join(membership, membership.topics.map(topicNamed)),
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
    committed: async (group, topic) => new Map(groupOf(group, topicNamed(topic)).offsets),
    members: async group =>
      [...new Set(topics.flatMap(topic => groupOf(group, topic).members))].map(member => ({
        topics: member.topics.map(({ name }) => name),
        partitions: name => member.partitions.filter(({ topic }) => topic === name).map(({ partition }) => partition)
      })),
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

function groupOf(name: string, topic: MemoryTopic): TopicGroup {
  const groups = groupsOf.get(topic) ?? new Map<string, TopicGroup>()
  const group = groups.get(name) ?? { offsets: new Map(), members: [] }
  groupsOf.set(topic, groups.set(name, group))
  return group
}

/** Shares the partitions of these topics among the members of the group that read them. */
async function rebalance(group: string, topics: readonly MemoryTopic[]): Promise<void> {
  const members = new Set(topics.flatMap(topic => groupOf(group, topic).members))
  for (const member of members) {
    await member.membership.onRebalancing()
    member.reading.abort()
  }
  for (const member of members) {
    member.partitions = member.topics.flatMap(topic => shareOf(member, topic))
    member.reading = new AbortController()
    member.membership.onAssigned(member.partitions.map(({ topic, partition }) => ({ topic, partition })))
    for (const next of member.partitions) void readPartition(member, next)
  }
}

function shareOf(member: Member, topic: MemoryTopic): readonly NextOffset[] {
  const { members, offsets } = groupOf(member.membership.group, topic)
  return partitionsOf(topic)
    .filter(partition => partition % members.length === members.indexOf(member))
    .map(partition => ({ topic: topic.name, partition, offset: offsets.get(partition) ?? 0n }))
}

async function readPartition(member: Member, { topic: name, partition, offset }: NextOffset): Promise<void> {
  const topic = member.topics.find(each => each.name === name)
  if (topic === undefined) return
  const { signal } = member.reading
  for (let next = offset; !signal.aborted; ) {
    const records = recordsOf(topic, partition).filter(record => record.offset >= next)
    if (records.length === 0) await topic.nextRecord(signal)
    else await member.membership.onRecords({ topic: name, partition }, records)
    next += BigInt(records.length)
  }
}

async function join(membership: Membership, topics: readonly MemoryTopic[]): Promise<KafkaMember> {
  const { group } = membership
  const member: Member = { membership, topics, partitions: [], reading: new AbortController() }
  for (const topic of topics) groupOf(group, topic).members.push(member)
  await rebalance(group, topics)
  return {
    async commit(next) {
      for (const { topic, partition, offset } of next) {
        if (!member.partitions.some(ours => ours.topic === topic && ours.partition === partition))
          throw new Error(`Partition ${partition} of ${topic} is not ours any more`)
        const read = topics.find(({ name }) => name === topic)
        if (read !== undefined) groupOf(group, read).offsets.set(partition, offset)
      }
    },
    async leave() {
      member.reading.abort()
      member.partitions = []
      for (const topic of topics) {
        const { members } = groupOf(group, topic)
        if (members.includes(member)) members.splice(members.indexOf(member), 1)
      }
      await rebalance(group, topics)
    }
  }
}
