import { OutboxError } from '../errors.ts'
import { insertStatement, type OutboxStore } from '../stores/store.ts'

const epoch = Date.UTC(2026, 0, 1)
const writers = 128
const idsPerMillisecond = 64

/**
 * For `createOutbox({ store })`: inserts into a table with the engine BLACKHOLE, so that only the binlog gets the rows.
 * The process numbers them: `writer` is a number from 0 to 127 that no other running process uses. Throws
 * `STORE_UNAVAILABLE` for any other number.
 */
export function blackholeStore({ writer }: { readonly writer: number }): OutboxStore {
  const newId = createWriterIds(writer)
  return { name: 'blackhole', insert: events => insertStatement(events, events.map(newId)) }
}

/**
 * Row ids without AUTO_INCREMENT: milliseconds since 2026, the writer, and a count, in 53 bits, which lasts until 2060.
 * They rise within a process and differ between writers, at 64 a millisecond on average. A longer burst, or a clock that
 * is set back, uses up the following milliseconds.
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
