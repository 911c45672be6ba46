import type { DescribedGroup, ListedGroup } from '../api/kafka-schemas.ts'
import { askAboutEach, only } from './ask-kafka.ts'
import { endsOf } from './describe-topics.ts'
import type { KafkaAccess } from './kafka-clients.ts'
import { type FoundGroup, hasOffsets, type ReadGroup } from './read-groups.ts'
import { sum } from './record-reader.ts'

type Access = Pick<KafkaAccess, 'admin' | 'groups' | 'ask'>

/** All groups, those that lag most first. */
export async function listGroups(access: Access): Promise<ListedGroup[]> {
  const listed = [...(await access.groups.list()).values()]
  const { found, refused } = await askAboutEach(listed, some => describeAll(access, some))
  const unread = [...refused].map(([group, problem]) => ({ ...group, ...nothingRead, problem }))
  const read = found.map(({ id, type, state, members, partitions }) => {
    const lags = partitions.map(({ lag }) => lag ?? 0)
    return {
      id,
      type,
      state,
      members: members?.length ?? null,
      topics: [...new Set(partitions.map(({ topic }) => topic))],
      lag: partitions.length === 0 ? null : sum(lags),
      partitionsBehind: lags.filter(lag => lag > 0).length,
      problem: null
    }
  })
  return [...read, ...unread].sort((a, b) => (b.lag ?? 0) - (a.lag ?? 0) || a.id.localeCompare(b.id))
}

const nothingRead = { members: null, topics: [], lag: null, partitionsBehind: 0 }

export async function describeGroup(access: Access, id: string): Promise<DescribedGroup | undefined> {
  const found = (await access.groups.list()).get(id)
  return found && (await describeAll(access, [found]))[0]
}

/** Groups, their offsets and the ends of their topics in a few requests, however many there are. */
async function describeAll(access: Access, found: readonly FoundGroup[]): Promise<DescribedGroup[]> {
  const { admin, groups } = access
  const [described, committed] = await Promise.all([groups.describe(found), committedBy(access, found)])
  const ends = await endsOf(admin, [
    ...new Set([...committed.values()].flatMap(topics => topics.map(({ name }) => name)))
  ])
  return described.map(group => {
    const partitions = (committed.get(group.id) ?? []).flatMap(topic =>
      topic.partitions.map(({ partitionIndex: partition, committedOffset }) => {
        const place = `${topic.name}/${partition}`
        const next = ends.get(place) ?? 0
        const offset = committedOffset < 0n ? null : Number(committedOffset)
        const lag = offset === null ? null : Math.max(0, next - offset)
        return { topic: topic.name, partition, committed: offset, next, lag, member: ownerOf(group, place) }
      })
    )
    const { id, type, state, protocol, members } = group
    return {
      id,
      type,
      state,
      protocol,
      members: members?.map(member => ({ ...member, partitions: [...member.partitions] })) ?? null,
      partitions: partitions.sort((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition),
      canReset: members?.length === 0 && hasOffsets(group)
    }
  })
}

function ownerOf({ members = [] }: ReadGroup, place: string): string | null {
  return members.find(({ partitions }) => partitions.includes(place))?.client ?? null
}

async function committedBy({ admin, ask }: Access, found: readonly FoundGroup[]) {
  const groups = found.filter(hasOffsets).map(({ id }) => id)
  const asking = () => admin.listConsumerGroupOffsets({ groups })
  const answers = groups.length === 0 ? [] : await ask({ group: only(groups), right: 'DESCRIBE' }, asking)
  return new Map(answers.map(({ groupId, topics }) => [groupId, topics]))
}
