export type KeyErrorCode = 'KEY_IN_USE' | 'KEY_REUSED'

export class KeyError extends Error {
  readonly code: KeyErrorCode

  constructor(code: KeyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
