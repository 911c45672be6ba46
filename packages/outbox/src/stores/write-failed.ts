import { OutboxError } from '../errors.ts'

// ER_INVALID_JSON_TEXT and ER_JSON_DOCUMENT_TOO_DEEP: JSON to JavaScript that MySQL does not take.
const refusedJson = new Set<unknown>(['ER_INVALID_JSON_TEXT', 'ER_JSON_DOCUMENT_TOO_DEEP'])

/** Says what a driver's error means for the event; `retryable` follows from the error. */
export function writeFailed(cause: Error): never {
  const code = 'code' in cause && refusedJson.has(cause.code) ? 'EVENT_INVALID' : 'WRITE_FAILED'
  throw new OutboxError(code, `The outbox was not written: ${cause.message}`, { cause })
}
