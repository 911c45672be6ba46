import type { Knex } from 'knex'
import type { InboxRetention } from '../inbox/retention.ts'
import type { KafkaClient } from '../kafka/kafka-client.ts'
import type { EventHandler } from './consumed-event.ts'
import type { ConsumerObserver, ConsumerSetup } from './consumer-setup.ts'
import { jsonDecoding, type RecordDecoding } from './decoding.ts'
import type { LivenessOptions } from './liveness.ts'
import type { Logger } from './logger.ts'
import { type RetryTimes, usualRetry } from './retry-policy.ts'

/** What handling needs, wherever the records come from. */
export type HandlingOptions = {
  /** The database of the effects, with `createInboxTables` applied. Its pool needs one connection more than `lanes`. */
  readonly db: Knex
  readonly logger: Logger
  readonly on: Readonly<Record<string, EventHandler>>
  /** How records are read: JSON by default; `avroDecoding` of `@outbox-cdc/outbox/avro` for typed events. */
  readonly decoding?: RecordDecoding | undefined
  /** What becomes of an event without a handler; `ignore` by default. */
  readonly onUnknown?: 'ignore' | 'park'
  /**
   * What becomes of an event whose aggregate version does not follow the last one handled: `ignore` does not look,
   * `report` tells the log and the observer, `park` also holds the key until the gap is filled. `ignore` by default;
   * the others need one more row for each aggregate.
   */
  readonly onGap?: 'ignore' | 'report' | 'park'
  /**
   * How many keys of one partition are handled at the same time; 4 by default. For handlers of batches it is the most
   * transactions at the same time, of which each has a hundred events or more where there is more than one.
   */
  readonly lanes?: number
  /** The most events in one transaction; 500 by default. */
  readonly batchSize?: number
  /**
   * The database ends a transaction in which nothing is said for so long, so that a frozen process does not hold up its
   * heir; 60,000 by default. A handler that waits longer for something else than the database would be retried for ever.
   */
  readonly idleTransactionMs?: number
  readonly retry?: Partial<RetryTimes>
  /** After how many deaths of the process at one event that event is parked; 3 by default. */
  readonly crashLimit?: number
  readonly observe?: ConsumerObserver
}

/** What a consumer reads, where its effects go, and how patient it is. Times are in milliseconds. */
export type ConsumerOptions = HandlingOptions & {
  readonly kafka: KafkaClient
  readonly topic: string
  readonly group: string
  /**
   * Under which the inbox remembers what was handled; the group's name when left out. Never change it in operation. One
   * name for each topic: consumers that share one retry each other's parked events.
   */
  readonly name?: string
  /**
   * A member that is silent for longer loses its partitions; 10,000 by default. After a kill, and after a broker's
   * return, the partitions wait for so long for the member that is no more. Handlers may take longer: they do not hold
   * up the heartbeat.
   */
  readonly sessionTimeoutMs?: number
  /** How often offsets are committed; 100 by default. What is not yet committed comes again after a crash, and is known. */
  readonly commitEveryMs?: number
  readonly inbox?: InboxRetention & { readonly pruneEveryMs?: number }
  readonly liveness?: LivenessOptions
  /** How often it is looked whether somebody asked to retry a parked key; 1,000 by default. */
  readonly retryParkedEveryMs?: number
}

export function setupOf(name: string, options: HandlingOptions): ConsumerSetup {
  const handlers = new Map(Object.entries(options.on))
  for (const [event, { definition }] of handlers)
    if (definition.name !== event) throw new TypeError(`on.${event} handles ${definition.name}: the names must agree`)
  if (!/^[\x21-\x7e]{1,64}$/.test(name))
    throw new TypeError(`The consumer's name ${name} is not 1 to 64 ASCII characters`)
  return {
    name,
    db: options.db,
    logger: options.logger,
    decoding: options.decoding ?? jsonDecoding,
    handlers,
    onUnknown: options.onUnknown ?? 'ignore',
    onGap: options.onGap ?? 'ignore',
    lanes: options.lanes ?? 4,
    batchSize: options.batchSize ?? 500,
    idleTransactionMs: options.idleTransactionMs ?? 60_000,
    retry: { ...usualRetry, ...options.retry },
    crashLimit: options.crashLimit ?? 3,
    observe: options.observe ?? {}
  }
}
