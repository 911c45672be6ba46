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

/** What went wrong, in one sentence that a person can act on; `detail` has the long text (a trace, an answer). */
export class ConnectctlError extends Error {
  readonly code: ConnectctlErrorCode
  readonly detail: string | undefined

  constructor(code: ConnectctlErrorCode, message: string, options: { cause?: unknown; detail?: string } = {}) {
    super(message, { cause: options.cause })
    this.name = 'ConnectctlError'
    this.code = code
    this.detail = options.detail
  }
}
