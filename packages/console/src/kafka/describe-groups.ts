import type { Admin, Group } from '@platformatic/kafka'
import type { DescribedGroup, ListedGroup } from '../api/kafka-schemas.ts'
import { endsOf } from './describe-topics.ts'
import { sum } from './record-reader.ts'

/** All consumer groups, those that lag most first. Connect's own worker group is not one. */
export async function listGroups(admin: Admin): Promise<ListedGroup[]> {
  const listed = [...(await admin.listGroups())].filter(([, group]) => group.protocolType !== 'connect')
  const details = await describeAll(
    admin,
    listed.map(([id]) => id)
  )
  return details
    .map(({ id, state, members, partitions }) => {
      const lags = partitions.map(({ lag }) => lag ?? 0)
      return {
        id,
        state,
        members: members.length,
        topics: [...new Set(partitions.map(({ topic }) => topic))],
        lag: partitions.length === 0 ? null : sum(lags),
        partitionsBehind: lags.filter(lag => lag > 0).length
      }
    })
    .sort((a, b) => (b.lag ?? 0) - (a.lag ?? 0) || a.id.localeCompare(b.id))
}

export async function describeGroup(admin: Admin, id: string): Promise<DescribedGroup | undefined> {
  return (await admin.listGroups()).has(id) ? (await describeAll(admin, [id]))[0] : undefined
}

/** Groups, their offsets and the ends of their topics in three requests, however many there are. */
async function describeAll(admin: Admin, ids: readonly string[]): Promise<readonly DescribedGroup[]> {
  if (ids.length === 0) return []
  const [groups, committed] = await Promise.all([
    admin.describeGroups({ groups: [...ids] }),
    admin.listConsumerGroupOffsets({ groups: [...ids] })
  ])
  const ends = await endsOf(admin, [...new Set(committed.flatMap(({ topics }) => topics.map(({ name }) => name)))])
  return ids.map(id => {
    const group = groups.get(id)
    const members = [...(group?.members.values() ?? [])].map(one => {
      const places = [...(one.assignments?.values() ?? [])].flatMap(({ topic, partitions }) =>
        partitions.map(partition => `${topic}/${partition}`)
      )
      return { id: one.id, client: one.clientId, host: one.clientHost, partitions: places }
    })
    const ownerOf = (place: string) => members.find(one => one.partitions.includes(place))?.client ?? null
    const partitions = (committed.find(({ groupId }) => groupId === id)?.topics ?? []).flatMap(topic =>
      topic.partitions.map(({ partitionIndex: partition, committedOffset }) => {
        const place = `${topic.name}/${partition}`
        const next = ends.get(place) ?? 0
        const offset = committedOffset < 0n ? null : Number(committedOffset)
        const lag = offset === null ? null : Math.max(0, next - offset)
        return { topic: topic.name, partition, committed: offset, next, lag, member: ownerOf(place) }
      })
    )
    return {
      id,
      state: stateOf(group),
      protocol: group?.protocol ?? '',
      members,
      partitions: partitions.sort((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition),
      canReset: members.length === 0
    }
  })
}

/** In words: `stable`, `preparing rebalance`, `empty`; `dead` is one that does not exist. */
export function stateOf(group: Pick<Group, 'state'> | undefined): string {
  const state: string = group?.state ?? 'Dead'
  return state.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
}
