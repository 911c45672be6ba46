import type { KafkaMember, KafkaRecord } from '../../kafka/kafka-client.ts'
import type { Handling } from '../settle/handling.ts'
import type { Position } from './liveness.ts'
import { createPartitionWorker, type PartitionWorker } from './partition-worker.ts'

/** The partitions that are ours for now, and how far each is settled and committed. */
export function createAssignment(handling: Handling, topic: string) {
  const workers = new Map<number, PartitionWorker>()
  const committed = new Map<number, bigint>()
  let ended: Promise<unknown> = Promise.resolve()
  let closed = false
  const endAll = () => Promise.all([ended, ...[...workers.values()].map(worker => worker.close())])

  return {
    /** Replaces the partitions that we had: their running transactions end before anything new starts. */
    assign(partitions: readonly number[]): void {
      ended = endAll()
      workers.clear()
      committed.clear()
      for (const partition of closed ? [] : partitions)
        workers.set(partition, createPartitionWorker(handling, { topic, partition }, ended))
    },
    async push(partition: number, records: readonly KafkaRecord[]): Promise<void> {
      await workers.get(partition)?.push(records)
    },
    positions: (): readonly Position[] =>
      [...workers].map(([partition, worker]) => ({ partition, next: worker.next() })),
    /** Commits the settled offsets. What a crash leaves uncommitted comes again, and the inbox knows it. */
    async commit(member: KafkaMember): Promise<void> {
      const next = new Map<number, bigint>()
      for (const [partition, worker] of workers) {
        const offset = worker.next()
        if (offset !== undefined && offset !== committed.get(partition)) next.set(partition, offset)
      }
      if (next.size === 0) return
      await member.commit(next)
      for (const [partition, offset] of next) committed.set(partition, offset)
    },
    /** Resolves when all records are settled, or the assignment is closed. */
    drained: () => Promise.all([...workers.values()].map(worker => worker.drained())),
    /** Ends what is being settled and takes no new partitions. `commit` still works afterwards. */
    async close(): Promise<void> {
      closed = true
      await endAll()
    }
  }
}
