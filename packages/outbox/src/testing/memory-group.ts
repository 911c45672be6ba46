import type { KafkaMember, Membership } from '../kafka/kafka-client.ts'
import type { MemoryTopic } from './memory-topic.ts'

export type MemoryGroup = {
  readonly join: (membership: Membership) => Promise<KafkaMember>
  readonly committed: () => ReadonlyMap<number, bigint>
}

type Member = { readonly membership: Membership; partitions: readonly number[]; reading: AbortController }

/** A consumer group: shares the partitions among its members, and rebalances when one joins or leaves. */
export function createMemoryGroup(topic: MemoryTopic): MemoryGroup {
  const offsets = new Map<number, bigint>()
  const members: Member[] = []

  async function rebalance(): Promise<void> {
    for (const member of members) {
      await member.membership.onRebalancing()
      member.reading.abort()
    }
    for (const [position, member] of members.entries()) {
      const all = Array.from({ length: topic.partitions }, (_, partition) => partition)
      member.partitions = all.filter(partition => partition % members.length === position)
      member.reading = new AbortController()
      member.membership.onAssigned(member.partitions)
      for (const partition of member.partitions) void readPartition(member, partition)
    }
  }

  async function readPartition({ membership, reading: { signal } }: Member, partition: number): Promise<void> {
    let next = offsets.get(partition) ?? 0n
    while (!signal.aborted) {
      const records = topic.records().filter(record => record.partition === partition && record.offset >= next)
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

  return { join, committed: () => new Map(offsets) }
}
