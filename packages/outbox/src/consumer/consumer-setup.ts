import type { Knex } from 'knex'
import type { ConsumedEvent, EventHandler } from './consumed-event.ts'
import type { RecordDecoding } from './decoding.ts'
import type { Logger } from './logger.ts'
import type { Received, Refusal } from './read-envelope.ts'
import type { RetryTimes } from './retry-policy.ts'

/** What happened, for logs and metrics. Called after the commit it tells of; it must not throw and is not awaited. */
export type ConsumerObserver = {
  readonly handled?: (event: ConsumedEvent) => void
  /** Kafka delivered it again; nothing was done. */
  readonly duplicate?: (messageId: string) => void
  /** No handler, and none demanded. */
  readonly ignored?: (event: ConsumedEvent) => void
  readonly parked?: (item: Received, refusal: Refusal) => void
  /** The event's version does not follow `last`: some are missing before it, or it comes late. */
  readonly gap?: (event: ConsumedEvent, last: number) => void
  readonly retrying?: (error: unknown, attempt: number) => void
}

/** All that the steps of consuming share; made once by `createConsumer`. */
export type ConsumerSetup = {
  readonly name: string
  readonly db: Knex
  readonly logger: Logger
  readonly decoding: RecordDecoding
  readonly handlers: ReadonlyMap<string, EventHandler>
  readonly onUnknown: 'ignore' | 'park'
  readonly onGap: 'ignore' | 'report' | 'park'
  readonly lanes: number
  readonly batchSize: number
  /** The server ends a transaction in which nothing is said for so long. */
  readonly idleTransactionMs: number
  readonly retry: RetryTimes
  /** After how many deaths of the process an event is parked. */
  readonly crashLimit: number
  readonly observe: ConsumerObserver
  /** Wraps each try to settle some records; see crash-guard.ts. */
  readonly around?: (items: readonly Received[], work: () => Promise<void>) => Promise<void>
}
