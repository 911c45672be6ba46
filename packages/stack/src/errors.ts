export type StackErrorCode =
  | 'ALREADY_RUNNING'
  | 'DATA_OF_OTHER_SIZE'
  | 'ENGINE_MISSING'
  | 'PART_DID_NOT_START'
  | 'PORT_TAKEN'
  | 'REQUIREMENT_MISSING'
  | 'UNKNOWN_PART'

/** What went wrong with an engine or a process, in one sentence that says what to type. */
export class StackError extends Error {
  readonly code: StackErrorCode

  constructor(code: StackErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StackError'
    this.code = code
  }
}
