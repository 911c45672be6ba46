import { CallFailure } from './call-failure.ts'
import type { Breaker } from './circuit-breaker.ts'

/** Holds the place of a call that comes later. */
export type Reservation = {
  /** Ends it; a repeat changes nothing. */
  readonly release: () => void
}

/** Gives out so many places at the same time, and one while the breaker waits for its probe. Throws a `CallFailure` for one more. */
export function createReservations(breaker: Breaker, most = Infinity): () => Reservation {
  const held = new Set<Reservation>()
  return () => {
    const failure = breaker.refusal(held.size) ?? (held.size >= most ? full(most) : undefined)
    if (failure?.kind === 'full') breaker.failed(failure)
    if (failure !== undefined) throw failure
    const reservation = { release: () => void held.delete(reservation) }
    held.add(reservation)
    return reservation
  }
}

export const full = (most: number) => new CallFailure('full', `${most} calls are under way`)
