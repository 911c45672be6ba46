import { OutboxError } from '../errors.ts'

const epoch = Date.UTC(2026, 0, 1)
const writers = 128
const idsPerMillisecond = 64

/**
 * Numbers rows that no AUTO_INCREMENT can: milliseconds since 2026, then the writer, then a count, in 53 bits, so until
 * the year 2060. Rising within one process, and unique among writers of different number, at 64 a millisecond on
 * average; a burst beyond that, or a clock set back, borrows from the milliseconds to come.
 */
export function createWriterIds(writer: number, clock: () => number = Date.now): () => number {
  if (!Number.isInteger(writer) || writer < 0 || writer >= writers)
    throw new OutboxError('STORE_UNAVAILABLE', `The blackhole store needs a writer number from 0 to ${writers - 1}`)
  let millisecond = 0
  let count = 0
  return () => {
    const now = clock() - epoch
    count += 1
    if (now > millisecond || count === idsPerMillisecond) {
      millisecond = Math.max(now, millisecond + 1)
      count = 0
    }
    return (millisecond * writers + writer) * idsPerMillisecond + count
  }
}
