import type { Admin } from '@platformatic/kafka'
import { stateOf } from '../kafka/describe-groups.ts'
import type { Offsets, RecordReader } from '../kafka/record-reader.ts'

export type GroupReading = {
  readonly state: string
  readonly members: number
  /** The next offset of each partition that the group has yet to handle. */
  readonly committed: Offsets
  /** When the oldest record that waits for the group was written. */
  readonly oldestWaitingAt?: number | undefined
}

export type GroupSource = {
  readonly admin: Admin
  readonly reader: RecordReader
  readonly topic: string
  readonly group: string
  readonly ends: () => Offsets | undefined
}

export function createGroupReader({ admin, reader, topic, group, ends }: GroupSource): () => Promise<GroupReading> {
  let oldest: { readonly place: string; readonly at: number | undefined } | undefined
  return async () => {
    const [committed, description] = await Promise.all([committedOffsets(admin, group, topic), describe()])
    const behind = new Map([...committed].filter(([partition, offset]) => offset < (ends()?.get(partition) ?? 0)))
    return { ...description, committed, oldestWaitingAt: behind.size === 0 ? undefined : await oldestOf(behind) }
  }

  async function describe() {
    const found = (await admin.describeGroups({ groups: [group] })).get(group)
    return { state: stateOf(found), members: found?.members.size ?? 0 }
  }

  async function oldestOf(behind: Offsets): Promise<number | undefined> {
    const place = [...behind].join(' ')
    if (oldest?.place === place) return oldest.at
    const waiting = [...(await reader.firstAt(topic, behind)).values()]
    const at = waiting.length === 0 ? undefined : Math.min(...waiting.map(record => record.timestamp))
    oldest = { place, at }
    return at
  }
}

/** Where a group stands in a topic; a group that never committed stands nowhere. */
export async function committedOffsets(admin: Admin, group: string, topic: string): Promise<Offsets> {
  const [answer] = await admin.listConsumerGroupOffsets({ groups: [group] })
  const partitions = answer?.topics.find(({ name }) => name === topic)?.partitions ?? []
  return new Map(
    partitions
      .filter(({ committedOffset }) => committedOffset >= 0n)
      .map(({ partitionIndex, committedOffset }) => [partitionIndex, Number(committedOffset)])
  )
}
