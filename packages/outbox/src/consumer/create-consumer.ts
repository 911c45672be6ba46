import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { KafkaClient, KafkaMember } from '../kafka/kafka-client.ts'
import type { EventHandler } from './consumed-event.ts'
import type { ConsumerObserver, ConsumerSetup } from './consumer-setup.ts'
import type { Logger } from './logger.ts'
import { createPartitionWorker, type PartitionWorker } from './partition-worker.ts'
import { delayBefore, type RetryTimes, usualRetry } from './retry-policy.ts'

export type ConsumerOptions = {
  readonly kafka: KafkaClient
  readonly topic: string
  readonly group: string
  /** Under which the inbox remembers what was handled; the group's name when left out. Never change it in operation. */
  readonly name?: string
  /** The database of the effects, with `createInboxTables` applied. Its pool needs a connection for each lane. */
  readonly db: Knex
  readonly logger: Logger
  readonly on: Readonly<Record<string, EventHandler>>
  /** What becomes of an event without a handler; `ignore` by default. */
  readonly onUnknown?: 'ignore' | 'park'
  /** How many keys of one partition are handled at the same time; 4 by default. */
  readonly lanes?: number
  /** The most events in one transaction; 500 by default. */
  readonly batchSize?: number
  readonly retry?: Partial<RetryTimes>
  readonly observe?: ConsumerObserver
  /** A member that is silent for longer loses its partitions; 30,000 by default. */
  readonly sessionTimeoutMs?: number
}

export type ConsumerHealth = {
  readonly ok: boolean
  readonly reason?: string
  /** Records in our partitions that are not settled yet, as far as we know. */
  readonly lag: number
  readonly partitions: readonly number[]
}

export type Consumer = {
  /** Resolves when the group is joined; waits for Kafka as long as it takes, unless stopped. */
  readonly start: () => Promise<void>
  /** Ends what is being settled, commits what is done, leaves the group. */
  readonly stop: () => Promise<void>
  readonly health: () => ConsumerHealth
}

/** Handles each event of a topic once in effect, in the order of its key. See docs/ for what happens when. */
export function createConsumer(options: ConsumerOptions): Consumer {
  const setup = setupOf(options)
  const { kafka, topic, group, logger, sessionTimeoutMs = 30_000 } = options
  const workers = new Map<number, PartitionWorker>()
  const highWatermarks = new Map<number, bigint>()
  const committed = new Map<number, bigint>()
  const stopping = new AbortController()
  let member: KafkaMember | undefined
  let trouble: string | undefined = 'not started'
  let commitTimer: NodeJS.Timeout | undefined

  function onAssigned(partitions: readonly number[]): void {
    const ended = closeWorkers()
    committed.clear()
    trouble = undefined
    logger.info({ topic, group, partitions }, 'partitions assigned')
    for (const partition of partitions) workers.set(partition, createPartitionWorker(setup, ended))
  }

  async function closeWorkers(): Promise<void> {
    const closing = [...workers.values()].map(worker => worker.close())
    workers.clear()
    await Promise.all(closing)
  }

  /** Offsets follow the effects, a moment later: what a crash leaves uncommitted comes again, and the inbox knows it. */
  async function commit(): Promise<void> {
    const next = new Map<number, bigint>()
    for (const [partition, worker] of workers) {
      const offset = worker.next()
      if (offset !== undefined && offset !== committed.get(partition)) next.set(partition, offset)
    }
    if (next.size === 0 || member === undefined) return
    try {
      await member.commit(next)
      for (const [partition, offset] of next) committed.set(partition, offset)
    } catch (error) {
      logger.debug({ err: error, topic, group }, 'offsets not committed; these events may come again')
    }
  }

  function scheduleCommit(): void {
    commitTimer = setTimeout(() => void commit().finally(() => stopping.signal.aborted || scheduleCommit()), 100)
  }

  const membership = {
    group,
    topic,
    sessionTimeoutMs,
    onAssigned,
    onRearranging: commit,
    onRecords: async (partition: number, records: Parameters<PartitionWorker['push']>[0], highWatermark: bigint) => {
      highWatermarks.set(partition, highWatermark)
      await workers.get(partition)?.push(records)
    },
    onTrouble: (error: unknown) => {
      trouble = `Kafka: ${error instanceof Error ? error.message : String(error)}`
      logger.warn({ err: error, topic, group }, 'cannot read from Kafka now, trying again')
    }
  }

  return {
    async start() {
      for (let attempt = 1; member === undefined && !stopping.signal.aborted; attempt++) {
        try {
          member = await kafka.join(membership)
        } catch (error) {
          membership.onTrouble(error)
          await sleep(delayBefore(attempt, setup.retry), undefined, { signal: stopping.signal }).catch(() => undefined)
        }
      }
      scheduleCommit()
    },
    async stop() {
      if (stopping.signal.aborted) return
      stopping.abort()
      clearTimeout(commitTimer)
      trouble = 'stopped'
      const settled = new Map(workers)
      await closeWorkers()
      for (const [partition, worker] of settled) workers.set(partition, worker)
      await commit()
      await member?.leave()
      workers.clear()
    },
    health() {
      const partitions = [...workers.keys()]
      const lag = partitions.reduce((sum, partition) => {
        const next = workers.get(partition)?.next()
        return next === undefined ? sum : sum + Number((highWatermarks.get(partition) ?? next) - next)
      }, 0)
      return { ok: trouble === undefined, ...(trouble === undefined ? {} : { reason: trouble }), lag, partitions }
    }
  }
}

function setupOf(options: ConsumerOptions): ConsumerSetup {
  const handlers = new Map(Object.entries(options.on))
  for (const [name, { definition }] of handlers)
    if (definition.name !== name) throw new TypeError(`on.${name} handles ${definition.name}: the names must agree`)
  return {
    name: options.name ?? options.group,
    db: options.db,
    logger: options.logger,
    handlers,
    onUnknown: options.onUnknown ?? 'ignore',
    lanes: options.lanes ?? 4,
    batchSize: options.batchSize ?? 500,
    retry: { ...usualRetry, ...options.retry },
    observe: options.observe ?? {}
  }
}
