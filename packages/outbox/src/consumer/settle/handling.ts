import type { Knex } from 'knex'
import type { Logger } from '../../logger.ts'
import type { Refusal } from '../../parking/parked-event.ts'
import { jsonDecoding, type RecordDecoding } from '../read/decoding.ts'
import type { ConsumedEvent, EventHandler } from '../read/handler.ts'
import type { Received, Reading } from '../read/read-event.ts'

/** Called after the commit of what it reports, for logs and metrics. It must not throw, and it isn't awaited. */
export type ConsumerObserver = {
  readonly handled?: (event: ConsumedEvent) => void
  /** Kafka delivered the message again; nothing was done. */
  readonly duplicate?: (messageId: string) => void
  /** The event has no handler, and needs none. */
  readonly ignored?: (event: ConsumedEvent) => void
  /** The record was parked, or its retry was refused. */
  readonly parked?: (item: Received, refusal: Refusal) => void
  /** The event's version doesn't follow `last`: some versions are missing before it, or it comes late. */
  readonly gap?: (event: ConsumedEvent, last: number) => void
  readonly retrying?: (error: unknown, attempt: number) => void
}

/** How failures are retried. Times are in milliseconds. */
export type RetryTimes = {
  /** The first pause; each further one is twice as long. */
  readonly firstDelayMs: number
  readonly maxDelayMs: number
  /** How often an event is tried before it is parked, when the cause of its failure is unclear. */
  readonly attempts: number
}

export const usualRetry: RetryTimes = { firstDelayMs: 50, maxDelayMs: 10_000, attempts: 4 }

/** How events are handled, wherever they come from. */
export type HandlingOptions = {
  /**
   * The database of the effects, with `createInboxTables` applied. Consumers on one pool leave one of its connections
   * free, so a pool of two or more lets handlers use `db` beside `trx`.
   */
  readonly db: Knex
  readonly logger: Logger
  /** For each topic, by the names of its events, what is done with them. A name may mean another event on another topic. */
  readonly topics: Readonly<Record<string, Readonly<Record<string, EventHandler>>>>
  /** How records are read: JSON by default; `avroDecoding` of `@outbox-cdc/outbox/avro` for Avro. */
  readonly decoding?: RecordDecoding | undefined
  /** What to do with an event that has no handler: `ignore` (default) or `park`. */
  readonly onUnknown?: 'ignore' | 'park'
  /**
   * What to do when an event's aggregate version doesn't follow the last one: `ignore` (default) doesn't check,
   * `report` logs it and calls the observer, `park` also holds the key until the gap is filled. `report` and `park` keep
   * one more row for each aggregate.
   */
  readonly onGap?: 'ignore' | 'report' | 'park'
  /**
   * How many keys of one partition are handled at the same time; 4 by default. With `handleBatch` it is the most
   * transactions at the same time, each of a hundred events or more if there is more than one.
   */
  readonly lanes?: number
  /** The most events in one transaction; 500 by default. */
  readonly batchSize?: number
  /**
   * The database ends a transaction that sends no statement for so long, so that a frozen process doesn't block the next
   * owner of its partitions; 60,000 ms by default. A handler that waits longer for anything else is retried without end.
   */
  readonly idleTransactionMs?: number
  readonly retry?: Partial<RetryTimes>
  /** An event that was being handled when the process died is parked after so many deaths; 3 by default. */
  readonly crashLimit?: number
  readonly observe?: ConsumerObserver
}

/** The options with their defaults filled in, and the consumer's name in the inbox. */
export type Handling = Reading &
  Required<Omit<HandlingOptions, 'topics' | 'retry'>> & { readonly name: string; readonly retry: RetryTimes }

export function handlingOf(name: string, options: HandlingOptions): Handling {
  const handlers = new Map(Object.entries(options.topics).map(([topic, on]) => [topic, handlersOf(topic, on)]))
  if (handlers.size === 0) throw new TypeError('There is no topic to read: give topics at least one')
  if (!/^[\x21-\x7e]{1,64}$/.test(name))
    throw new TypeError(`The consumer's name "${name}" must be 1 to 64 printable ASCII characters without spaces`)
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

function handlersOf(topic: string, on: Readonly<Record<string, EventHandler>>): ReadonlyMap<string, EventHandler> {
  for (const [event, { definition }] of Object.entries(on))
    if (definition.name !== event)
      throw new TypeError(`The handler of ${event} on ${topic} handles ${definition.name}: use the event's name`)
  return new Map(Object.entries(on))
}
