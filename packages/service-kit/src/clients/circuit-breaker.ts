import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import { CallFailure } from './call-failure.ts'
import type { ClientSettings } from './client-settings.ts'
import { createFailureWindow } from './failure-window.ts'

export type BreakerState = 'closed' | 'half_open' | 'open'

const failuresToOpen = 5
const usualOpenMs = 3000

export type Breaker = {
  /** Runs `attempt`, or refuses it at once with a `CallFailure`. Only one attempt at a time is a probe. */
  readonly run: <T>(attempt: (isProbe: boolean) => Promise<T>) => Promise<T>
  /** Why an attempt would be refused now, behind so many that are to come; undefined if it would run, perhaps as the probe. */
  readonly refusal: (ahead?: number) => CallFailure | undefined
  /** Counts a failure of an attempt that wasn't made. */
  readonly failed: (failure: CallFailure) => void
  /** `half_open` also while it waits for the call that will be the probe. */
  readonly state: () => BreakerState
  /** Until the next probe; 0 unless open. */
  readonly probeInMs: () => number
}

type Listeners = { readonly opened: (cause: CallFailure) => void; readonly closed: () => void }

/**
 * Opens after five failures in a row, or as the window says. Three seconds later, or `openMs`, the next call is the probe that
 * closes it or opens it again.
 */
export function createBreaker(
  listeners: Listeners,
  { window, openMs = usualOpenMs }: Pick<ClientSettings, 'window' | 'openMs'> = {}
): Breaker {
  const schedule = createSchedule(openMs)
  const breaker = window === undefined ? new ConsecutiveBreaker(failuresToOpen) : createFailureWindow(window)
  const policy = circuitBreaker(
    handleWhen(error => error instanceof CallFailure && error.counts),
    { breaker, halfOpenAfter: schedule.backoff }
  )
  let reported = false
  policy.onBreak(reason => {
    if (!reported && 'error' in reason && reason.error instanceof CallFailure) listeners.opened(reason.error)
    reported = true
  })
  policy.onReset(() => {
    reported = false
    listeners.closed()
  })
  const state = (): BreakerState => {
    if (policy.state === CircuitState.Closed) return 'closed'
    return policy.state === CircuitState.Open && schedule.leftMs() > 0 ? 'open' : 'half_open'
  }
  const refusal = (ahead = 0) => {
    // The policy would make a call wait for the end of the probe.
    const isProbing = policy.state === CircuitState.HalfOpen || (ahead > 0 && state() === 'half_open')
    return isProbing || state() === 'open' ? refused : undefined
  }
  return {
    state,
    refusal,
    failed: failure => void policy.execute(() => Promise.reject(failure)).catch(() => undefined),
    probeInMs: () => (state() === 'open' ? schedule.leftMs() : 0),
    async run(attempt) {
      const failure = refusal()
      if (failure !== undefined) throw failure
      const isProbe = policy.state === CircuitState.Open
      return await policy.execute(() => attempt(isProbe))
    }
  }
}

// One for all: its stack says nothing, and to take it was a twentieth of the CPU of a service that refuses.
const refused = new CallFailure('refused', 'it failed several times, so it is left alone')

/**
 * The policy measures how long it is open by the wall clock, so a clock that is set back would hold it open. This backoff
 * takes a clock that only goes forward, and answers "not yet" or "long ago".
 */
function createSchedule(openMs: number) {
  let at = 0
  const leftMs = () => Math.max(0, at - performance.now())
  const backoff = {
    get duration() {
      return leftMs() > 0 ? Infinity : -Infinity
    },
    next() {
      at = performance.now() + openMs
      return backoff
    }
  }
  return { backoff, leftMs }
}
