import type { LogEntry } from 'kafkajs'
import type { Logger } from '../consumer/logger.ts'

const warning = 2
const expected =
  /rebalanc|coordinator|not the leader|leadership election|Connection (error|timeout)|ECONNREFUSED|closed connection|Crash|Restarting/i

/** kafkajs writes its retries as errors; what it heals by itself goes to debug, so that a warning means something. */
export function kafkajsLog(logger: Logger) {
  return () =>
    ({ namespace, level, log: { message, ...fields } }: LogEntry): void => {
      const line = { kafkajs: namespace, ...fields }
      const known = expected.test(`${message} ${String(fields.error ?? '')}`)
      if (level <= warning && !known) logger.warn(line, message)
      else logger.debug(line, message)
    }
}
