import { replay, windowOf } from '../consumer/run/replay.ts'
import { refused } from './refused.ts'
import type { RebuildOptions } from './view.ts'

/** How far each partition of each topic is read. */
export type Ends = ReadonlyMap<string, ReadonlyMap<number, bigint>>

/** Reads the topics of a view on from where the last read ended. */
export function createReading({ view, db, kafka, logger, onProgress, ...options }: RebuildOptions, name: string) {
  let ends: Ends | undefined
  let shortened: readonly string[] = []
  let read = 0
  let total = 0

  /** To the present end of the topics, as the handlers of that table. Without `signal` nothing ends it early. Resolves to the number of records. */
  async function readOn(table: string, signal?: AbortSignal): Promise<number> {
    const topics = view.topics(table)
    if (onProgress !== undefined) total = read + (await sizeOf(Object.keys(topics)))
    const one = () => onProgress?.({ read: ++read, total: Math.max(read, total) })
    const { decoding, lanes, batchSize } = options
    const chosen = { ...(decoding && { decoding }), ...(lanes && { lanes }), ...(batchSize && { batchSize }) }
    const observe = { handled: one, duplicate: one, ignored: one, parked: one }
    const { windows, parked, records } = await replay({
      kafka,
      db,
      logger,
      name,
      topics,
      observe,
      ...chosen,
      ...(ends && { from: ends }),
      ...(signal && { signal })
    })
    // A transactional writer's markers have offsets, but nothing to read.
    read = total
    onProgress?.({ read, total })
    if (ends === undefined)
      shortened = [...windows].flatMap(([topic, window]) =>
        [...window.values()].some(({ from }) => from > 0n) ? topic : []
      )
    ends = new Map(
      [...windows].map(([topic, window]) => [topic, new Map([...window].map(([partition, { to }]) => [partition, to]))])
    )
    if (parked.events > 0)
      throw refused(
        `${parked.events} events can't be handled and are parked under ${name}: see them with outboxctl parked, mend ` +
          'the cause, and rebuild again'
      )
    return records
  }

  async function sizeOf(topics: readonly string[]): Promise<number> {
    const windows = await Promise.all(topics.map(topic => windowOf({ kafka, topic, from: ends?.get(topic) })))
    return windows.reduce(
      (sum, window) => sum + [...window.values()].reduce((size, { from, to }) => size + Number(to - from), 0),
      0
    )
  }

  return { readOn, ends: (): Ends => ends ?? new Map(), shortened: () => shortened }
}
