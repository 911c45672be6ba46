import { asError } from './errors.ts'
import type { Logger } from './logger.ts'

const repeatAfterMs = 300_000
const mostTexts = 20

/** Warns once about each failure, and again after five minutes: what lasts for hours must not fill the log. */
export function createFailureLog(logger: Logger) {
  const warnedAt = new Map<string, number>()
  return {
    failed(fields: { readonly err: unknown; readonly [field: string]: unknown }, message: string): void {
      const text = `${message}: ${asError(fields.err).message}`
      const now = performance.now()
      const isNew = now - (warnedAt.get(text) ?? -Infinity) >= repeatAfterMs
      if (warnedAt.size >= mostTexts) warnedAt.clear()
      if (isNew) warnedAt.set(text, now)
      logger[isNew ? 'warn' : 'debug'](fields, message)
    },
    /** It works again: the next failure is new. */
    passed: () => warnedAt.clear()
  }
}
