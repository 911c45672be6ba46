import { ownFault } from './database-errors.ts'

/** Why a call was rejected or failed. The compiler checks a `switch` over this closed list. */
export type OutboxErrorCode =
  | 'BINLOG_UNFIT'
  | 'COMMIT_UNKNOWN'
  | 'DEFINITION_INVALID'
  | 'EVENT_INVALID'
  | 'EVENT_REFUSED'
  | 'EVENT_TOO_LARGE'
  | 'GRANT_MISSING'
  | 'GROUP_MIXED'
  | 'INBOX_MISSING'
  | 'KAFKA_REFUSED'
  | 'REBUILD_REFUSED'
  | 'REGISTRY_UNAVAILABLE'
  | 'RETENTION_TOO_SHORT'
  | 'SCHEMA_REFUSED'
  | 'SCHEMA_UNKNOWN'
  | 'SCHEMA_UNREGISTERED'
  | 'SKIP_UNEXPLAINED'
  | 'STATEMENT_INVALID'
  | 'STATEMENT_TOO_LARGE'
  | 'STORE_MISMATCH'
  | 'STORE_UNAVAILABLE'
  | 'TOPIC_MISSING'
  | 'TRANSACTION_REQUIRED'
  | 'WAL_UNFIT'
  | 'WRITE_FAILED'

/**
 * Every error of this library. `retryable` means that the same call, in a new transaction, may succeed later without a
 * change (after a deadlock, or when the server is back). `cause` holds the underlying error.
 */
export class OutboxError extends Error {
  readonly code: OutboxErrorCode
  readonly retryable: boolean

  constructor(code: OutboxErrorCode, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'OutboxError'
    this.code = code
    this.retryable = options.retryable ?? isRetryable(options.cause)
  }
}

/**
 * True for a failure that passes by itself: the same call, in a new transaction, may succeed later. For everything else
 * about a database error see `databaseFault`.
 */
export function isRetryable(error: unknown): boolean {
  if (error instanceof OutboxError) return error.retryable
  if (!(error instanceof Error)) return false
  return ownFault(error) === 'transient' || isRetryable(error.cause)
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
