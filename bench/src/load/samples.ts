import { type Summary, summarise } from '../stats/summary.ts'

/** One request. Times are microseconds since 1970; `id` is the order's, 0 when there is none. */
export type Sample = {
  /** When it was due. A late start is the server's or the machine's doing, and counts as waiting. */
  readonly due: number
  readonly done: number
  readonly status: number
  readonly id: number
}

/**
 * Milliseconds from when each request was due, so that a server that makes its callers wait is charged for those who
 * could not even ask meanwhile (coordinated omission).
 */
export function requestTimes(samples: readonly Sample[]): Summary {
  return summarise(samples.filter(isAccepted).map(({ due, done }) => (done - due) / 1000))
}

export function isAccepted({ status }: Sample): boolean {
  return status === 201
}
