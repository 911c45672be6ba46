import type { Part } from '@outbox-cdc/stack'
import type { Supervision } from './supervise.ts'

export type Rolled = {
  readonly part: Pick<Part, 'name' | 'pid' | 'stop'>
  readonly supervision: Pick<Supervision, 'hold' | 'bringBack'>
}

/** Why a rolling update can't begin, in a sentence for a person. */
export class CannotRoll extends Error {}

/**
 * Replaces the processes of a service one after the other: one leaves the rotation, ends what it does and stops, and its
 * successor is ready before the next one leaves. When a successor doesn't get ready, the others keep running as they are.
 */
export async function roll(replicas: readonly Rolled[], say: (line: string) => void): Promise<void> {
  const away = replicas.find(({ part }) => part.pid() === undefined)
  if (away !== undefined) throw new CannotRoll(`${away.part.name} doesn't run now: wait until it's back.`)
  for (const { part, supervision } of replicas) {
    const before = part.pid()
    const began = performance.now()
    supervision.hold()
    await part.stop()
    await supervision.bringBack()
    const seconds = ((performance.now() - began) / 1_000).toFixed(1)
    say(`${part.name} was replaced after ${seconds} s (pid ${before} → ${part.pid()})`)
  }
}
