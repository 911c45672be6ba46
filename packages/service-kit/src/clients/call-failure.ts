/**
 * - `failed`: the service is at fault: no connection, a 5xx, an answer that is no use
 * - `timed_out`: no whole answer in time
 * - `rejected`: this process is at fault: the service refuses the request as it is
 * - `refused`: not sent, because the circuit breaker is open
 * - `full`: not sent, because too many calls are under way
 * - `cancelled`: the caller hung up
 */
type Kind = 'failed' | 'timed_out' | 'rejected' | 'refused' | 'full' | 'cancelled'

type Details = {
  readonly cause?: unknown
  /** How long the service asks to be left alone. */
  readonly pauseMs?: number
  /** False for a time limit so short that it says nothing about the service. */
  readonly counts?: boolean
}

/** Why there is no answer. The message completes "account doesn't answer (…)". */
export class CallFailure extends Error {
  readonly kind: Kind
  readonly pauseMs: number
  /** Whether it speaks for opening the circuit breaker. */
  readonly counts: boolean

  constructor(kind: Kind, message: string, { cause, pauseMs = 0, counts = true }: Details = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.pauseMs = pauseMs
    this.counts = counts && (kind === 'failed' || kind === 'timed_out' || kind === 'full')
  }

  /** Whether the service may have got the request. */
  get wasSent(): boolean {
    return this.kind !== 'refused' && this.kind !== 'full'
  }

  get canRetry(): boolean {
    return this.kind === 'failed' || this.kind === 'timed_out'
  }
}
