import {
  type Admin,
  type ConnectionPool,
  consumerGroupDescribeV0,
  describeGroupsV5,
  FindCoordinatorKeyTypes,
  Reader,
  ResponseError
} from '@platformatic/kafka'
import { type AskKafka, only } from './ask-kafka.ts'

/** A group as the brokers list it. */
export type FoundGroup = {
  readonly id: string
  /** As the page names it: `consumer`, `consumer (KIP-848)`, `share`, `streams`, or the classic protocol of others. */
  readonly type: string
  readonly state: string
}

export type GroupMember = {
  readonly id: string
  readonly client: string
  readonly host: string
  /** What it reads, as `topic/partition`. */
  readonly partitions: readonly string[]
}

/** `members` is undefined where only the list knows the group. */
export type ReadGroup = FoundGroup & { readonly protocol: string; readonly members?: readonly GroupMember[] }

export type GroupReader = ReturnType<typeof createGroupReader>

const classic = 'consumer'
const modern = 'consumer (KIP-848)'

/** Whether it commits the offsets of topics, as consumers do; an empty type is a group that only has offsets. */
export const hasOffsets = ({ type }: FoundGroup): boolean => [classic, modern, 'streams', ''].includes(type)

type GroupSource = { readonly admin: Admin; readonly connections: ConnectionPool; readonly ask: AskKafka }

/**
 * Reads groups of every type. The client's own `describeGroups` decodes what the members of each group say as if they
 * were consumers, and the members of a schema registry or a worker end the process with it.
 */
export function createGroupReader({ admin, connections, ask }: GroupSource) {
  /** Asks the coordinator of each group; groups that it refuses are left out. */
  async function describeBy<G extends { groupId: string; errorCode: number }>(
    groups: readonly FoundGroup[],
    api: Api<G>
  ) {
    if (groups.length === 0) return []
    const keys = groups.map(({ id }) => id)
    const found = await ask({ group: only(keys), right: 'DESCRIBE' }, () =>
      admin.findCoordinator({ keyType: FindCoordinatorKeyTypes.GROUP, keys })
    )
    const answers = [...Map.groupBy(found, ({ nodeId }) => nodeId).values()].map(async coordinated => {
      const { host = '', port = 0 } = coordinated[0] ?? {}
      const connection = await connections.get({ host, port })
      const ids = coordinated.map(({ key }) => key)
      return (await api.async(connection, ids, false).catch(answerInside<{ groups: G[] }>)).groups
    })
    return (await Promise.all(answers)).flat().filter(({ errorCode }) => errorCode === 0)
  }

  return {
    async list(): Promise<ReadonlyMap<string, FoundGroup>> {
      // No type at all asks for all of them.
      const listed = await ask({ right: 'DESCRIBE' }, () => admin.listGroups({ types: [] }))
      return new Map(
        [...listed.values()].map(({ id, state, groupType = 'classic', protocolType }) => [
          id,
          { id, state: inWords(state), type: typeOf(groupType, protocolType) }
        ])
      )
    },
    async describe(groups: readonly FoundGroup[]): Promise<readonly ReadGroup[]> {
      const [old, recent] = await Promise.all([
        describeBy(groups.filter(isClassic), describeGroupsV5.api),
        describeBy(
          groups.filter(({ type }) => type === modern),
          consumerGroupDescribeV0.api
        )
      ])
      const described = new Map([...old.map(fromClassic), ...recent.map(fromModern)])
      return groups.map(group => ({ ...group, protocol: '', ...described.get(group.id) }))
    }
  }
}

type Api<G> = {
  readonly async: (
    connection: Awaited<ReturnType<ConnectionPool['get']>>,
    ids: string[],
    withRights: boolean
  ) => Promise<{ readonly groups: G[] }>
}

const isClassic = ({ type }: FoundGroup) => ![modern, 'share', 'streams'].includes(type)

function typeOf(groupType: string, protocolType: string): string {
  if (groupType === 'classic') return protocolType
  return groupType === 'consumer' ? modern : groupType
}

/** A refusal of one group holds the answers for the others. */
function answerInside<A>(error: unknown): A {
  if (error instanceof ResponseError) return error.response as A
  throw error
}

type ClassicGroup = ReturnType<typeof describeGroupsV5.parseResponse>['groups'][number]
type ModernGroup = ReturnType<typeof consumerGroupDescribeV0.parseResponse>['groups'][number]
type Described = readonly [id: string, known: Pick<ReadGroup, 'state' | 'protocol' | 'members'>]

function fromClassic({ groupId, groupState, protocolType, protocolData, members }: ClassicGroup): Described {
  const read = members.map(({ memberId, clientId, clientHost, memberAssignment }) => ({
    id: memberId,
    client: clientId,
    host: clientHost,
    partitions: protocolType === classic ? assignedIn(memberAssignment) : []
  }))
  return [groupId, { state: inWords(groupState), protocol: protocolData, members: read }]
}

function fromModern({ groupId, groupState, assignorName, members }: ModernGroup): Described {
  const read = members.map(({ memberId, clientId, clientHost, assignment }) => ({
    id: memberId,
    client: clientId,
    host: clientHost,
    partitions: assignment.topicPartitions.flatMap(({ topicName, partitions }) => placesOf(topicName, partitions))
  }))
  return [groupId, { state: inWords(groupState), protocol: assignorName, members: read }]
}

const placesOf = (topic: string, partitions: readonly number[]) => partitions.map(one => `${topic}/${one}`)

/** The assignment of Kafka's consumer protocol; none where a client writes something else. */
function assignedIn(bytes: Buffer): readonly string[] {
  if (bytes.length === 0) return []
  try {
    const reader = Reader.from(bytes)
    reader.readInt16()
    const topic = () =>
      placesOf(
        reader.readString(false),
        reader.readArray(one => one.readInt32(), false, false)
      )
    return reader.readArray(topic, false, false).flat()
  } catch {
    return []
  }
}

/** `preparing rebalance` for PreparingRebalance; `dead` is one that does not exist. */
function inWords(state: string): string {
  return state.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
}
