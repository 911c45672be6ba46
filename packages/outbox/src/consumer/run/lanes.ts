import type { Item } from '../read/read-event.ts'

const leastInLane = 100

/**
 * How many lanes to use. Each lane is a transaction, and each transaction a sync of the disk. A handler of single events
 * may wait for something in each of them, so these get lanes; bulk writes gain from more lanes only when there are many.
 */
export function countLanes(items: readonly Item[], most: number): number {
  const single = items.filter(item => 'handler' in item && !item.handler.batch).length
  return Math.max(1, Math.min(most, single + Math.ceil((items.length - single) / leastInLane)))
}

/** The lane of a key, always the same. */
export function laneOf(key: string, lanes: number): number {
  let hash = 0
  for (let index = 0; index < key.length; index++) hash = (hash * 31 + key.charCodeAt(index)) | 0
  return Math.abs(hash) % lanes
}
