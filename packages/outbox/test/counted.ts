import { z } from 'zod'
import { defineEvent, type Logger } from '../src/index.ts'

/** Counts: the n-th event of a key. A consumer that loses, doubles or reorders one shows it in the effects. */
export const counted = defineEvent({
  name: 'counted',
  aggregate: 'thing',
  version: 1,
  payload: z.object({ n: z.int() })
})

/** What a handler throws to refuse an event for good. */
export class Refused extends Error {
  readonly retryable = false
}

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }
const loud: Logger = {
  debug() {},
  info: (fields, message) => console.log(message, fields),
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields)
}
export const logger = process.env.TEST_LOG === undefined ? silent : loud
