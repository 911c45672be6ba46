import type { KafkaMember, KafkaRecord } from '../kafka/kafka-client.ts'
import type { ConsumerSetup } from './consumer-setup.ts'
import type { Position } from './liveness.ts'
import { createPartitionWorker, type PartitionWorker } from './partition-worker.ts'

/** The partitions that are ours for now, and how far each is settled and committed. */
export type Assignment = {
  /** Replaces what was ours before: its running transactions end before anything new begins. */
  assign(partitions: readonly number[]): void
  push(partition: number, records: readonly KafkaRecord[]): Promise<void>
  positions(): readonly Position[]
  /** Tells Kafka how far we are. What a crash leaves untold comes again, and the inbox knows it. */
  commit(member: KafkaMember): Promise<void>
  /** Ends what is being settled, for good: what is assigned from then on is not taken. `commit` still works afterwards. */
  close(): Promise<void>
}

export function createAssignment(setup: ConsumerSetup): Assignment {
  const workers = new Map<number, PartitionWorker>()
  const committed = new Map<number, bigint>()
  let ended: Promise<unknown> = Promise.resolve()
  let closed = false

  return {
    assign(partitions) {
      ended = Promise.all([ended, ...[...workers.values()].map(worker => worker.close())])
      workers.clear()
      committed.clear()
      for (const partition of closed ? [] : partitions) workers.set(partition, createPartitionWorker(setup, ended))
    },
    async push(partition, records) {
      await workers.get(partition)?.push(records)
    },
    positions: () => [...workers].map(([partition, worker]) => ({ partition, next: worker.next() })),
    async commit(member) {
      const next = new Map<number, bigint>()
      for (const [partition, worker] of workers) {
        const offset = worker.next()
        if (offset !== undefined && offset !== committed.get(partition)) next.set(partition, offset)
      }
      if (next.size === 0) return
      await member.commit(next)
      for (const [partition, offset] of next) committed.set(partition, offset)
    },
    async close() {
      closed = true
      await Promise.all([ended, ...[...workers.values()].map(worker => worker.close())])
    }
  }
}
