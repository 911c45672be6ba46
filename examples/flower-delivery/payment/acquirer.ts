import { setTimeout as wait } from 'node:timers/promises'
import { Problem, type RequestContext } from '@outbox-cdc/service-kit'

/** Moves the money of one payment. Rejects with a 503 problem, and moves nothing, if the caller has waited too long for it. */
export type Acquirer = (caller: Pick<RequestContext, 'deadline' | 'signal'>) => Promise<void>

type Settings = {
  /** How long it takes, from the least to the most. */
  readonly slowMs?: readonly [number, number] | undefined
  /** How many payments it takes at the same time. The others wait for their turn. */
  readonly capacity?: number | undefined
}

/** Stands in for the company behind a payment: at once, or as slow and as busy as a test wishes. */
export function createAcquirer({ slowMs, capacity = Infinity }: Settings): Acquirer {
  const waiting: (() => void)[] = []
  let places = capacity
  const takePlace = async () => {
    if (places > 0) places -= 1
    else await new Promise<void>(resolve => waiting.push(resolve))
  }
  const leavePlace = () => {
    const next = waiting.shift()
    if (next === undefined) places += 1
    else next()
  }
  return async ({ deadline, signal }) => {
    await takePlace()
    try {
      if (signal.aborted || Date.now() >= deadline) throw tooLate()
      if (slowMs !== undefined) await wait(between(slowMs))
    } finally {
      leavePlace()
    }
  }
}

const between = ([least, most]: readonly [number, number]) => least + Math.random() * (most - least)

const tooLate = () =>
  new Problem(503, {
    type: 'unavailable',
    title: 'Not available now',
    detail: "The payment's turn came after its caller had stopped waiting; nothing was paid. Try again in 1 s.",
    headers: { 'Retry-After': '1' }
  })
