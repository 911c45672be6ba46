import {
  type KafkaMember,
  type KafkaRecord,
  type NextOffset,
  partitionName,
  type TopicPartition
} from '../../kafka/kafka-client.ts'
import type { Handling } from '../settle/handling.ts'
import type { Position } from './liveness.ts'
import { createPartitionWorker, type PartitionWorker } from './partition-worker.ts'

type Assigned = { readonly at: TopicPartition; readonly worker: PartitionWorker; committed?: bigint }

/** The partitions that are ours for now, and how far each is settled and committed. */
export function createAssignment(handling: Handling) {
  const assigned = new Map<string, Assigned>()
  let ended: Promise<unknown> = Promise.resolve()
  let closed = false
  const endAll = () => Promise.all([ended, ...[...assigned.values()].map(({ worker }) => worker.close())])

  return {
    /** Replaces the partitions that we had: their running transactions end before anything new starts. */
    assign(partitions: readonly TopicPartition[]): void {
      ended = endAll()
      assigned.clear()
      for (const { topic, partition } of closed ? [] : partitions) {
        const at = { topic, partition }
        assigned.set(partitionName(at), { at, worker: createPartitionWorker(handling, at, ended) })
      }
    },
    async push(at: TopicPartition, records: readonly KafkaRecord[]): Promise<void> {
      await assigned.get(partitionName(at))?.worker.push(records)
    },
    positions: (): readonly Position[] =>
      [...assigned.values()].map(({ at, worker }) => ({ ...at, next: worker.next() })),
    /** Commits the settled offsets. What a crash leaves uncommitted comes again, and the inbox knows it. */
    async commit(member: KafkaMember): Promise<void> {
      const next: (NextOffset & { readonly of: Assigned })[] = []
      for (const of of assigned.values()) {
        const offset = of.worker.next()
        if (offset !== undefined && offset !== of.committed) next.push({ ...of.at, offset, of })
      }
      if (next.length === 0) return
      await member.commit(next.map(({ topic, partition, offset }) => ({ topic, partition, offset })))
      for (const { of, offset } of next) of.committed = offset
    },
    /** Resolves when all records are settled, or the assignment is closed. */
    drained: () => Promise.all([...assigned.values()].map(({ worker }) => worker.drained())),
    /** Ends what is being settled and takes no new partitions. `commit` still works afterwards. */
    async close(): Promise<void> {
      closed = true
      await endAll()
    }
  }
}
