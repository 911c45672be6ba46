import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaClient, OffsetWindow } from '../kafka/kafka-client.ts'
import type { Ends } from './reading.ts'
import type { RebuildOptions } from './view.ts'
import { refused } from './refused.ts'

type Waiting = Pick<RebuildOptions, 'kafka' | 'group' | 'signal' | 'groupTimeoutMs'> & { readonly ends: Ends }

/** Waits until the group has settled what the rebuilt table has. */
export async function untilGroupHasRead(waiting: Waiting): Promise<void> {
  const { kafka, group, ends, signal, groupTimeoutMs = 60_000 } = waiting
  const until = performance.now() + groupTimeoutMs
  for (const [topic, partitions] of ends)
    for (let looks = 1; ; looks++) {
      const committed = await kafka.committed(group, topic)
      const behind = [...partitions].flatMap(([partition, to]) => {
        const from = committed.get(partition) ?? 0n
        return from < to ? [[partition, { from, to }] as const] : []
      })
      if (behind.length === 0) break
      // A transactional writer leaves markers at the end, which no committed offset passes.
      if (looks % 20 === 0 && !(await hasRecords(kafka, topic, new Map(behind)))) break
      signal?.throwIfAborted()
      if (performance.now() > until)
        throw refused(
          `The group ${group} has not read partition ${behind.map(([partition]) => partition).join(', ')} of ${topic} as ` +
            `far as the rebuilt table within ${groupTimeoutMs} ms: see that its consumer runs, and rebuild again`
        )
      await sleep(100, undefined, { signal })
    }
}

async function hasRecords(kafka: KafkaClient, topic: string, window: OffsetWindow): Promise<boolean> {
  let found = false
  await kafka.read({ topic, window, onRecords: async (_, records) => void (found ||= records.length > 0) })
  return found
}
