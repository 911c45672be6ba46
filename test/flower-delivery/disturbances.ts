import { setTimeout as sleep } from 'node:timers/promises'
import { services, type Service } from '@outbox-cdc/flower-delivery/test/model'
import { rewind } from '@outbox-cdc/test-support/consumer-groups'
import fc from 'fast-check'
import type { Flower } from './start-flower.ts'

const disturbance = fc.record({
  afterMs: fc.integer({ min: 500, max: 3_000 }),
  service: fc.constantFrom(...services)
})
const kinds = ['kill', 'kill', 'rewind', 'kill', 'forget'] as const
export type Kind = (typeof kinds)[number]

type Disturbing = {
  /** Ends it, but not before each kind has happened. Resolves with how often each did. */
  readonly stop: () => Promise<Readonly<Record<Kind, number>>>
}

/** Disturbs one service after the other until stopped. */
export function disturb(flower: Flower, seed: number): Disturbing {
  const stopping = new AbortController()
  const { signal } = stopping
  const counts = { kill: 0, rewind: 0, forget: 0 }
  const run = async () => {
    for (const [index, { afterMs, service }] of fc.sample(disturbance, { seed, numRuns: 10_000 }).entries()) {
      await sleep(afterMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted && index >= kinds.length) return
      const kind = kinds[index % kinds.length] ?? 'kill'
      try {
        if (kind === 'kill') await flower.kill(service)
        else await readAgain(flower, service, kind)
      } finally {
        // Even if that failed: the next tests need the service.
        await flower.start(service)
      }
      counts[kind] += 1
    }
  }
  const running = run()
  // Awaited in the end; until then its failure waits too.
  running.catch(() => undefined)
  return {
    async stop() {
      stopping.abort()
      await running
      return counts
    }
  }
}

/** Stops a service, and moves its group to the beginning of its topics. To `forget`, it loses its inbox too. */
async function readAgain(flower: Flower, service: Service, kind: Kind): Promise<void> {
  await flower.stop(service)
  if (kind === 'forget') await flower.databases[service]('inbox').delete()
  await rewindAll(flower, service)
}

/** Lets the group of a service that is stopped read all its topics from the beginning. */
export async function rewindAll({ readers, pipeline }: Flower, service: Service): Promise<void> {
  for (const reader of readers.filter(each => each.service === service)) await rewind(pipeline.stack.kafka, reader)
}
