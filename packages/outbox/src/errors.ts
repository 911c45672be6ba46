/** Why the library refused or failed. The list is closed: a `switch` over it is checked by the compiler. */
export type OutboxErrorCode =
  | 'BINLOG_UNFIT'
  | 'COMMIT_UNKNOWN'
  | 'DEFINITION_INVALID'
  | 'EVENT_INVALID'
  | 'EVENT_REFUSED'
  | 'EVENT_TOO_LARGE'
  | 'GRANT_MISSING'
  | 'REGISTRY_UNAVAILABLE'
  | 'RETENTION_TOO_SHORT'
  | 'SCHEMA_REFUSED'
  | 'SCHEMA_UNKNOWN'
  | 'SCHEMA_UNREGISTERED'
  | 'SKIP_UNEXPLAINED'
  | 'STATEMENT_INVALID'
  | 'STORE_MISMATCH'
  | 'STORE_UNAVAILABLE'
  | 'TRANSACTION_REQUIRED'
  | 'WRITE_FAILED'

/**
 * Every error of this library. `retryable` means that the same call, in a new transaction, may succeed without anybody
 * changing anything (a deadlock, a server that is away); `cause` holds the error underneath.
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

const transientMysql =
  'ER_LOCK_DEADLOCK ER_LOCK_WAIT_TIMEOUT ER_SERVER_SHUTDOWN ER_CON_COUNT_ERROR ER_TOO_MANY_USER_CONNECTIONS ' +
  'ER_OPTION_PREVENTS_STATEMENT ER_READ_ONLY_MODE ER_CLIENT_INTERACTION_TIMEOUT ER_QUERY_INTERRUPTED ' +
  'PROTOCOL_CONNECTION_LOST PROTOCOL_SEQUENCE_TIMEOUT POOL_CLOSED'
const transientNetwork = 'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN'
// Serialization failure, deadlock, lock not available, too many connections, shutting down, crashed, starting up.
const transientPostgres = '40001 40P01 55P03 53300 57P01 57P02 57P03'
const transientCodes = new Set(`${transientMysql} ${transientNetwork} ${transientPostgres}`.split(' '))

/** True for a fault that passes by itself: a deadlock, a lock wait, a server or a network that is away. */
export function isRetryable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof OutboxError) return error.retryable
  if (error.name === 'KnexTimeoutError') return true
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // mysql2 says no more than this of a connection that was lost before the query was sent.
  const lostBefore = code === '' && 'fatal' in error && error.fatal === true
  return lostBefore || transientCodes.has(code) || /^08[0-9A-Z]{3}$/.test(code) || isRetryable(error.cause)
}
