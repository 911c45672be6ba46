import { setTimeout as sleep } from 'node:timers/promises'
import { OutboxError } from '../errors.ts'
import { pruneInbox } from '../inbox/prune-inbox.ts'
import { inboxKeepMs } from '../inbox/retention.ts'
import type { KafkaMember, Membership } from '../kafka/kafka-client.ts'
import { countParked, type ParkedCounts } from '../parking/parked-commands.ts'
import { retryParked } from '../parking/retry-parked.ts'
import { createAssignment } from './assignment.ts'
import { repeat } from './chores.ts'
import { type ConsumerOptions, setupOf } from './consumer-options.ts'
import { createLiveness } from './liveness.ts'
import { delayBefore } from './retry-policy.ts'

/** Whether the consumer gets on; `reason` says why not, `lag` counts the events still to come. */
export type ConsumerHealth = {
  readonly ok: boolean
  /** Why not ok, in words for a person. */
  readonly reason?: string
  /** Records in our partitions that are not settled, as of the last look at the broker. */
  readonly lag: number
  readonly partitions: readonly number[]
}

/** A running member of a consumer group. */
export type Consumer = {
  /**
   * Resolves when the group is joined; waits for Kafka as long as it takes, unless stopped. Rejects only for what no
   * waiting heals: an inbox retention that is too short.
   */
  readonly start: () => Promise<void>
  /** Ends what is being settled, commits what is done, leaves the group. Once stopped, it stays stopped. */
  readonly stop: () => Promise<void>
  readonly health: () => ConsumerHealth
  /** How many keys and events wait for a person, and for how long; read from the database at each call. */
  readonly parked: () => Promise<ParkedCounts>
}

/**
 * Handles each event of a topic once in effect, in the order of its key: its inbox row and its effect commit together,
 * and Kafka's offset follows. What fails for a passing reason is tried until it works; what is refused is parked.
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { kafka, topic, group, logger, sessionTimeoutMs = 10_000, liveness: watch = {} } = options
  const setup = setupOf(options.name ?? group, options)
  const assignment = createAssignment(setup)
  const liveness = createLiveness({ kafka, topic, group, options: watch, positions: () => assignment.positions() })
  const stopping = new AbortController()
  let member: KafkaMember | undefined
  let trouble: string | undefined = 'not started'
  let chores: readonly Promise<void>[] = []
  let joined: Promise<void> = Promise.resolve()

  const membership: Membership = {
    group,
    topic,
    sessionTimeoutMs,
    onAssigned(partitions) {
      logger.info({ topic, group, partitions }, 'partitions assigned')
      if (!stopping.signal.aborted) trouble = undefined
      assignment.assign(partitions)
    },
    onRearranging: commit,
    onRecords: (partition, records) => assignment.push(partition, records),
    onTrouble(error) {
      trouble = `Kafka: ${error instanceof Error ? error.message : String(error)}`
      logger.warn({ err: error, topic, group }, 'cannot read from Kafka now, trying again')
    }
  }

  async function commit(): Promise<void> {
    try {
      if (member !== undefined) await assignment.commit(member)
    } catch (error) {
      logger.debug({ err: error, topic, group }, 'offsets not committed: these events may come again')
    }
  }

  async function prune(): Promise<void> {
    const olderThanMs = inboxKeepMs(await kafka.topic(topic), options.inbox ?? {})
    const pruned = await pruneInbox(setup.db, { consumer: setup.name, olderThanMs, signal: stopping.signal })
    if (pruned > 0) logger.debug({ pruned }, 'inbox pruned')
  }

  async function join(): Promise<void> {
    for (let attempt = 1; member === undefined && !stopping.signal.aborted; attempt++) {
      try {
        inboxKeepMs(await kafka.topic(topic), options.inbox ?? {})
        member = await kafka.join(membership)
      } catch (error) {
        if (error instanceof OutboxError && !error.retryable) throw error
        membership.onTrouble(error)
        await sleep(delayBefore(attempt, setup.retry), undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  function begin(task: string, everyMs: number, work: () => Promise<boolean | void>): Promise<void> {
    const onFailure = (err: unknown) => logger.warn({ err, topic, group }, `cannot ${task} now, trying again`)
    return repeat({ everyMs, signal: stopping.signal, work, onFailure })
  }

  return {
    async start() {
      const checks = begin('look at the lag', watch.checkEveryMs ?? 5_000, () => liveness.check())
      chores = [checks]
      joined = join()
      await joined
      if (stopping.signal.aborted) return
      chores = [
        checks,
        begin('commit offsets', options.commitEveryMs ?? 100, commit),
        begin('retry parked events', options.retryParkedEveryMs ?? 1_000, () => retryParked(setup)),
        begin('prune the inbox', options.inbox?.pruneEveryMs ?? 60_000, prune)
      ]
    },
    async stop() {
      if (stopping.signal.aborted) return
      trouble = 'stopped'
      stopping.abort()
      // A member that is only just joining must leave too, or its partitions would wait for it.
      await joined.catch(() => undefined)
      await Promise.all([assignment.close(), ...chores])
      await commit()
      await member?.leave()
    },
    health() {
      const reason = trouble ?? liveness.stalled()
      const partitions = assignment.positions().map(({ partition }) => partition)
      return { ok: reason === undefined, ...(reason === undefined ? {} : { reason }), lag: liveness.lag(), partitions }
    },
    parked: () => countParked(setup.db, setup.name)
  }
}
