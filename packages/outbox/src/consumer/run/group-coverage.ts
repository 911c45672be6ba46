import { OutboxError } from '../../errors.ts'
import { createFailureLog } from '../../failure-log.ts'
import type { GroupMember, KafkaClient, TopicPartition } from '../../kafka/kafka-client.ts'
import type { Logger } from '../../logger.ts'
import type { LivenessOptions } from './liveness.ts'

type Reader = {
  readonly kafka: KafkaClient
  readonly topics: readonly string[]
  readonly group: string
  readonly logger: Logger
}

/**
 * Rejects when members of the group read a topic that this one doesn't. The member that leads a group assigns the topics
 * that it reads itself, so partitions of the others would have no reader, without an error from Kafka. A member that
 * reads more topics than the others may join, and isn't healthy until they have left: so a topic can be added.
 */
export async function refuseMixedGroup({ kafka, topics, group, logger }: Reader): Promise<void> {
  // Where the group can't be looked at, health still checks it later, and joining it says what Kafka's problem is.
  const members = await kafka.members(group).catch((error: unknown) => {
    logger.debug({ err: error, group }, "cannot look up the group's members")
    return undefined
  })
  const others = otherTopics(members ?? [], topics)
  if (others.length === 0) return
  const message = `Group ${group} already reads ${others.join(', ')}, which this consumer of ${topics.join(', ')} doesn't: partitions would have no reader. Give all members of a group the same topics, or this consumer a group of its own`
  throw new OutboxError('GROUP_MIXED', message)
}

function otherTopics(members: readonly GroupMember[], ours: readonly string[]): readonly string[] {
  return [...new Set(members.flatMap(({ topics }) => topics))].filter(other => !ours.includes(other))
}

/** Checks that each partition of each topic has a reader in the group, whichever member it is. */
export function createGroupCoverage({
  kafka,
  topics,
  group,
  logger,
  liveness = {}
}: Reader & { liveness?: LivenessOptions }) {
  const { stallAfterMs = 60_000, onStalled } = liveness
  const failures = createFailureLog(logger)
  const counts = new Map<string, number>()
  let last = { unread: '', at: performance.now() }
  let reason: string | undefined
  let reported = false

  /** Warns when a topic has more partitions than at the last call. */
  function noticeGrowth(topic: string, now: number): void {
    const before = counts.get(topic) ?? 0
    if (before > 0 && now > before)
      logger.warn(
        { topic, group, partitions: now, before },
        'the topic has more partitions now: new events of a key may overtake its older ones; see "Add partitions" in the how-to'
      )
    counts.set(topic, now)
  }

  /** Why partitions have no reader; undefined if all have one, and null while the group rebalances. */
  async function findUnread(all: Partitions, ours: readonly TopicPartition[]) {
    const total = [...all.values()].reduce((sum, { length }) => sum + length, 0)
    if (ours.length >= total) return undefined
    const members = await kafka.members(group)
    if (members === undefined) return null
    const unread = [...all].flatMap(([topic, partitions]) => {
      const without = unreadOf(topic, { partitions, members })
      return without.length === 0 ? [] : [`partition ${without.join(', ')} of ${topic}`]
    })
    if (unread.length === 0) return undefined
    return `No member of group ${group} reads ${unread.join(' and ')}: ${remedyFor(members)}`
  }

  function remedyFor(members: readonly GroupMember[]): string {
    const others = otherTopics(members, topics)
    if (others.length > 0)
      return `the group also reads ${others.join(', ')}: give all members of a group the same topics`
    const isShort = members.some(member => topics.some(topic => !member.topics.includes(topic)))
    return isShort ? 'a member reads fewer topics: end it, or give it the same topics' : 'restart a member of the group'
  }

  function note(unread: string): void {
    // Twice in a row: right after a rebalance, a new partition may still be without a reader.
    const stays = unread !== '' && unread === last.unread
    if (unread !== last.unread) last = { unread, at: performance.now() }
    if (stays && reason === undefined) logger.error({ topics, group }, unread)
    reason = stays ? unread : undefined
    if (!stays) reported = false
    if (!stays || reported || performance.now() - last.at < stallAfterMs) return
    reported = true
    onStalled?.(unread)
  }

  return {
    noticeGrowth,
    /** Compares all partitions of the topics with ours and those of the other members. */
    async check(all: Partitions, ours: readonly TopicPartition[]): Promise<void> {
      for (const [topic, { length }] of all) noticeGrowth(topic, length)
      try {
        const unread = await findUnread(all, ours)
        failures.passed()
        if (unread !== null) note(unread ?? '')
      } catch (error) {
        failures.failed({ err: error, topics, group }, 'cannot check that each partition has a reader in the group')
      }
    },
    reason: () => reason
  }
}

/** The partitions of each topic. */
type Partitions = ReadonlyMap<string, readonly number[]>

type Assigned = { readonly partitions: readonly number[]; readonly members: readonly GroupMember[] }

function unreadOf(topic: string, { partitions, members }: Assigned): readonly number[] {
  // A leader also assigns its topics to members that don't read them.
  const readers = members.filter(({ topics }) => topics.includes(topic))
  const read = new Set(readers.flatMap(member => member.partitions(topic)))
  return partitions.filter(partition => !read.has(partition)).toSorted((a, b) => a - b)
}
