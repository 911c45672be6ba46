import type { Fault } from '../harness/fault.ts'
import { consumers } from './consumers.ts'
import { data } from './data.ts'
import { kills } from './kills.ts'
import { network } from './network.ts'
import { streaming } from './streaming.ts'

/** In the order in which they run: those that share a pipeline stand together. */
export const faults: readonly Fault[] = [...kills, ...network, ...consumers, ...data, ...streaming].toSorted(
  (one, other) => key(one).localeCompare(key(other))
)

function key({ topology = {} }: Fault): string {
  return JSON.stringify(topology)
}
