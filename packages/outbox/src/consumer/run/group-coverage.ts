import { OutboxError } from '../../errors.ts'
import { createFailureLog } from '../../failure-log.ts'
import type { GroupMember, KafkaClient } from '../../kafka/kafka-client.ts'
import type { Logger } from '../../logger.ts'
import type { LivenessOptions } from './liveness.ts'

type Reader = { readonly kafka: KafkaClient; readonly topic: string; readonly group: string; readonly logger: Logger }

/**
 * Rejects when members of the group read another topic. The member that leads a group assigns the topics that it reads
 * itself, so partitions of the others would have no reader, without an error from Kafka.
 */
export async function refuseMixedGroup({ kafka, topic, group, logger }: Reader): Promise<void> {
  // Where the group can't be looked at, health still checks it later, and joining it says what Kafka's problem is.
  const members = await kafka.members(group).catch((error: unknown) => {
    logger.debug({ err: error, group }, "cannot look up the group's members")
    return undefined
  })
  const others = otherTopics(members ?? [], topic)
  if (others.length === 0) return
  const message = `Group ${group} already reads ${others.join(', ')}. With ${topic} too, partitions would have no reader: give each topic a group of its own`
  throw new OutboxError('GROUP_MIXED', message)
}

function otherTopics(members: readonly GroupMember[], topic: string): readonly string[] {
  return [...new Set(members.flatMap(({ topics }) => topics))].filter(other => other !== topic)
}

/** Checks that each partition of the topic has a reader in the group, whichever member it is. */
export function createGroupCoverage({
  kafka,
  topic,
  group,
  logger,
  liveness = {}
}: Reader & { liveness?: LivenessOptions }) {
  const { stallAfterMs = 60_000, onStalled } = liveness
  const failures = createFailureLog(logger)
  let last = { unread: '', at: performance.now() }
  let reason: string | undefined
  let reported = false
  let count = 0

  /** Warns when the topic has more partitions than at the last call. */
  function noticeGrowth(now: number): void {
    if (count > 0 && now > count)
      logger.warn(
        { topic, group, partitions: now, before: count },
        'the topic has more partitions now: new events of a key may overtake its older ones; see "Add partitions" in the how-to'
      )
    count = now
  }

  /** Why partitions have no reader; undefined if all have one, and null while the group rebalances. */
  async function findUnread(all: readonly number[], ours: readonly number[]) {
    if (ours.length >= all.length) return undefined
    const members = await kafka.members(group)
    if (members === undefined) return null
    // A leader also assigns its topics to members that don't read them.
    const readers = members.filter(({ topics }) => topics.includes(topic))
    const read = new Set(readers.flatMap(member => member.partitions(topic)))
    const unread = all.filter(partition => !read.has(partition)).toSorted((a, b) => a - b)
    if (unread.length === 0) return undefined
    const others = otherTopics(members, topic)
    const remedy =
      others.length > 0
        ? `the group also reads ${others.join(', ')}: give each topic a group of its own`
        : 'restart a member of the group'
    return `No member of group ${group} reads partition ${unread.join(', ')} of ${topic}: ${remedy}`
  }

  function note(unread: string): void {
    // Twice in a row: right after a rebalance, a new partition may still be without a reader.
    const stays = unread !== '' && unread === last.unread
    if (unread !== last.unread) last = { unread, at: performance.now() }
    if (stays && reason === undefined) logger.error({ topic, group }, unread)
    reason = stays ? unread : undefined
    if (!stays) reported = false
    if (!stays || reported || performance.now() - last.at < stallAfterMs) return
    reported = true
    onStalled?.(unread)
  }

  return {
    noticeGrowth,
    /** Compares all partitions of the topic with ours and those of the other members. */
    async check(all: readonly number[], ours: readonly number[]): Promise<void> {
      noticeGrowth(all.length)
      try {
        const unread = await findUnread(all, ours)
        failures.passed()
        if (unread !== null) note(unread ?? '')
      } catch (error) {
        failures.failed({ err: error, topic, group }, 'cannot check that each partition has a reader in the group')
      }
    },
    reason: () => reason
  }
}
