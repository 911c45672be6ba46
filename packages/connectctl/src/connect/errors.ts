export type ConnectctlErrorCode =
  | 'CONNECT_UNREACHABLE'
  | 'CONNECT_STARTING'
  | 'CONNECT_REFUSED'
  | 'KAFKA_UNREACHABLE'
  | 'KAFKA_REFUSES'
  | 'DATABASE_REFUSES'
  | 'CONFIG_INVALID'
  | 'VARIABLE_MISSING'
  | 'POSITION_UNKNOWN'
  | 'POSITION_PURGED'
  | 'NOT_RUNNING'
  | 'NOT_FOUND'
  | 'NOT_CONFIRMED'

/** What went wrong, in one sentence that a person can act on. */
export class ConnectctlError extends Error {
  readonly code: ConnectctlErrorCode

  constructor(code: ConnectctlErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ConnectctlError'
    this.code = code
  }
}

/** An error of MySQL or of Kafka in one line; Node's refused connections have a code only. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message === '' && 'code' in error ? String(error.code) : error.message
}
