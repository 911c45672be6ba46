import { faults } from '../faults/index.ts'
import type { Fault } from '../harness/fault.ts'
import type { Topology } from '../harness/lab.ts'

export type BriefPipeline = { readonly name: string; readonly topology: Topology; readonly faults: readonly Fault[] }

// Starting a pipeline takes longer than most faults. These four together serve the topology of every fault but the store message's.
const topologies: readonly { readonly name: string; readonly topology: Topology }[] = [
  { name: 'plain', topology: { outboxStore: 'delete' } },
  {
    name: 'wide',
    topology: { brokers: 3, workers: 2, connectHeapMb: 256, outboxStore: 'delete', timeZone: 'America/New_York' }
  },
  { name: 'narrow', topology: { outboxStore: 'blackhole', smallDisks: true } },
  { name: 'postgres', topology: { writer: 'postgres' } }
]

/** Each fault once, in the first pipeline that serves it; a fault that destroys its pipeline comes last. */
export const briefPipelines: readonly BriefPipeline[] = topologies.map(({ name, topology }) => ({
  name,
  topology,
  faults: faults
    .filter(fault => topologies.find(candidate => serves(candidate.topology, fault))?.name === name)
    .toSorted((one, other) => Number(one.usesUpPipeline ?? false) - Number(other.usesUpPipeline ?? false))
}))

function serves(topology: Topology, { topology: wanted = {} }: Fault): boolean {
  return Object.entries(wanted).every(([part, value]) => topology[part as keyof Topology] === value)
}
