import { OutboxError } from '../errors.ts'

/** Why nothing was swapped. */
export function refused(message: string, cause?: unknown): OutboxError {
  return new OutboxError('REBUILD_REFUSED', message, { cause })
}
