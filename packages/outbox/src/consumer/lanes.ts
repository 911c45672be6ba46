import type { Prepared } from './prepare.ts'

const leastInLane = 100

/**
 * Each lane is a transaction, and each transaction a sync of the disk. A handler of single events may wait for something
 * in each of them, so they get their lanes; one that writes in bulk gains nothing from more until there is much to do.
 */
export function lanesFor(items: readonly Prepared[], most: number): number {
  const single = items.filter(item => 'handler' in item && !item.handler.batch).length
  return Math.max(1, Math.min(most, single + Math.ceil((items.length - single) / leastInLane)))
}

/** The same key always in the same lane. */
export function laneOf(key: string, lanes: number): number {
  let hash = 0
  for (let index = 0; index < key.length; index++) hash = (hash * 31 + key.charCodeAt(index)) | 0
  return Math.abs(hash) % lanes
}
