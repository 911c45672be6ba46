import { setTimeout as sleep } from 'node:timers/promises'
import { asError, OutboxError } from '../../errors.ts'
import { createFailureLog } from '../../failure-log.ts'
import { refuseWithoutTables } from '../../inbox/inbox-tables.ts'
import { type InboxRetention, pruneInbox } from '../../inbox/prune-inbox.ts'
import type { KafkaClient, KafkaMember, Membership, TopicPartition } from '../../kafka/kafka-client.ts'
import { isRefused } from '../../kafka/refusals.ts'
import { countParked, type ParkedCounts } from '../../parking/parked-commands.ts'
import { handlingOf, type HandlingOptions, usualRetry } from '../settle/handling.ts'
import { retryParked } from '../settle/retry-parked.ts'
import { delayBefore } from '../settle/retry-policy.ts'
import { createAssignment } from './assignment.ts'
import { createGroupCoverage, refuseMixedGroup } from './group-coverage.ts'
import { createLiveness, type LivenessOptions } from './liveness.ts'
import { createRetention } from './retention.ts'

/** What a consumer reads, where its effects go, and how often it does its background work. Times are in milliseconds. */
export type ConsumerOptions = HandlingOptions & {
  readonly kafka: KafkaClient
  readonly group: string
  /**
   * The name under which the inbox remembers what was handled; the group's name by default. Don't change it later, or
   * events are handled again. Use one name per group: consumers that share one retry each other's parked events.
   */
  readonly name?: string
  /**
   * A member that is silent for longer loses its partitions; 10,000 by default. After a kill, and after a broker's
   * return, the partitions wait so long for the member that is gone. Handlers may take longer: heartbeats continue.
   */
  readonly sessionTimeoutMs?: number
  /** How often offsets are committed; 100 by default. After a crash the uncommitted events come again as duplicates. */
  readonly commitEveryMs?: number
  readonly inbox?: InboxRetention & { readonly pruneEveryMs?: number }
  readonly liveness?: LivenessOptions
  /** Poll interval for retry requests; 1,000 by default. */
  readonly retryParkedEveryMs?: number
}

/** Whether the consumer makes progress; `reason` says why not, `lag` counts the events still to come. */
export type ConsumerHealth = {
  readonly ok: boolean
  /** Why it isn't ok, as a sentence for people. */
  readonly reason?: string
  /** Records in our partitions that aren't settled, as of the last check. */
  readonly lag: number
  /**
   * Events wait, Kafka answers, and for `liveness.stallAfterMs` no attempt at them has succeeded or failed. Unless the
   * database is silent, only a restart heals that: fit for a liveness probe, which `ok` isn't.
   */
  readonly stuck?: true
  /** Those of each topic that are ours. */
  readonly partitions: Readonly<Record<string, readonly number[]>>
}

/** A running member of a consumer group. */
export type Consumer = {
  /**
   * Resolves when the group is joined. While that fails for a passing reason (Kafka is away, a topic is missing) it
   * resolves too, and the consumer joins later: health has the reason. Rejects with an error that waiting doesn't fix: a
   * database without the inbox tables, an inbox retention that is too short, or a group that reads a topic which this consumer doesn't.
   */
  readonly start: () => Promise<void>
  /** Ends what is being settled, commits what is done, and leaves the group. It can't be started again. */
  readonly stop: () => Promise<void>
  readonly health: () => ConsumerHealth
  /** How many keys and events are parked, and since when; read from the database at each call. */
  readonly parked: () => Promise<ParkedCounts>
}

/**
 * Handles each event of its topics once in effect, in the order of its key. Its inbox row and its effect commit together,
 * and Kafka's offset follows; an event that comes again is a duplicate and does nothing. A failure that passes is
 * retried until it works. An event that is refused is parked, and later events of its key wait behind it.
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { kafka, group, logger, sessionTimeoutMs = 10_000 } = options
  const topics = Object.keys(options.topics)
  const handling = handlingOf(options.name ?? group, { ...options, observe: noticeFailures(options.observe) })
  const assignment = createAssignment(handling)
  const liveness = createLiveness({ ...options, topics }, () => assignment.positions())
  const coverage = createGroupCoverage({ ...options, topics })
  const look = createRetention(options)
  const failures = createFailureLog(logger)
  const stopping = new AbortController()
  const { signal } = stopping
  let member: KafkaMember | undefined
  let problem: string | undefined = 'not started'
  let tasks: Promise<void>[] = []
  let joined: Promise<void> = Promise.resolve()

  const membership: Membership = {
    group,
    topics,
    sessionTimeoutMs,
    onAssigned(partitions) {
      logger.info({ group, partitions: byTopic(topics, partitions) }, 'partitions assigned')
      if (!signal.aborted) problem = undefined
      assignment.assign(partitions)
    },
    onRebalancing: commit,
    async onRecords(partition, records) {
      // Not once we have joined: a member that can't read a record joins and fails again and again.
      failures.passed()
      await assignment.push(partition, records)
    },
    onFailure(error) {
      if (signal.aborted) return
      problem = isRefused(error) ? error.message : `Kafka: ${asError(error).message}`
      failures.failed({ err: error, topics, group }, 'cannot read from Kafka now; will retry')
    }
  }

  function noticeFailures(observe: ConsumerOptions['observe']): NonNullable<ConsumerOptions['observe']> {
    return {
      ...observe,
      retrying(error, attempt) {
        liveness.failed()
        observe?.retrying?.(error, attempt)
      }
    }
  }

  async function commit(): Promise<void> {
    try {
      if (member !== undefined) await assignment.commit(member)
    } catch (error) {
      logger.debug({ err: error, topics, group }, 'offsets not committed: these events may come again')
    }
  }

  async function tryToJoin(): Promise<void> {
    try {
      for (const topic of topics) {
        coverage.noticeGrowth(topic, (await look(topic)).partitions)
      }
      await refuseMixedGroup({ ...options, topics })
      if (!signal.aborted) member = await kafka.join(membership)
    } catch (error) {
      membership.onFailure(error)
      if (error instanceof OutboxError && !error.retryable) throw error
    }
  }

  async function joinLater(): Promise<void> {
    for (let failed = 1; member === undefined && !signal.aborted; failed++) {
      await sleep(delayBefore(failed, handling.retry), undefined, { signal }).catch(() => undefined)
      if (!signal.aborted) await tryToJoin().catch(() => undefined)
    }
  }

  async function check(): Promise<void> {
    await liveness.check()
    if (member !== undefined && problem === undefined)
      await coverage.check(liveness.partitions(), assignment.positions())
  }

  async function prune(): Promise<void> {
    const looked = await Promise.all(topics.map(look))
    const olderThanMs = Math.max(...looked.map(({ keepMs }) => keepMs))
    const pruned = await pruneInbox(handling.db, { consumer: handling.name, olderThanMs, signal })
    if (pruned > 0) logger.debug({ pruned }, 'inbox pruned')
  }

  /** Runs a background task again and again, one run at a time, with longer pauses while it fails. Never rejects. */
  async function repeat(task: string, everyMs: number, work: () => Promise<boolean | void>): Promise<void> {
    const warnings = createFailureLog(logger)
    for (let failed = 0; !signal.aborted; ) {
      let pause = everyMs
      try {
        if (await work()) pause = 0
        failed = 0
        warnings.passed()
      } catch (error) {
        failed++
        pause = Math.max(everyMs, delayBefore(failed, usualRetry))
        if (!signal.aborted) warnings.failed({ err: error, topics, group }, `cannot ${task} now; will retry`)
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined)
    }
  }

  function startTasks(): void {
    if (signal.aborted) return
    tasks.push(
      repeat('commit offsets', options.commitEveryMs ?? 100, commit),
      // Resolves to true when there is more to do at once.
      repeat('retry parked events', options.retryParkedEveryMs ?? 1_000, () => retryParked(handling)),
      repeat('prune the inbox', options.inbox?.pruneEveryMs ?? 60_000, prune)
    )
  }

  return {
    async start() {
      await refuseWithoutTables(handling)
      tasks = [repeat('check the lag', options.liveness?.checkEveryMs ?? 5_000, check)]
      joined = tryToJoin()
      await joined
      joined = joinLater().then(startTasks)
    },
    async stop() {
      if (signal.aborted) return
      problem = 'stopped'
      stopping.abort()
      // A member that is still joining must leave too, or its partitions would wait for it.
      await joined.catch(() => undefined)
      await Promise.all([assignment.close(), ...tasks])
      await commit()
      await member?.leave()
    },
    health() {
      const reason = problem ?? coverage.reason() ?? liveness.stalled()
      const partitions = byTopic(topics, assignment.positions())
      const stuck = problem === undefined && liveness.stuck() ? ({ stuck: true } as const) : {}
      const said = reason === undefined ? {} : { reason }
      return { ok: reason === undefined, ...said, ...stuck, lag: liveness.lag(), partitions }
    },
    parked: () => countParked(handling.db, handling.name)
  }
}

function byTopic(topics: readonly string[], partitions: readonly TopicPartition[]) {
  const of = (name: string) => partitions.filter(({ topic }) => topic === name).map(({ partition }) => partition)
  return Object.fromEntries(topics.map(topic => [topic, of(topic)]))
}
