export type ConnectctlErrorCode =
  | 'CONNECT_UNREACHABLE'
  | 'CONNECT_STARTING'
  | 'CONNECT_REFUSED'
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
