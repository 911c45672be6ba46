import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import { CallFailure } from './call-failure.ts'

export type BreakerState = 'closed' | 'half_open' | 'open'

const failuresToOpen = 5
const probeAfterMs = 3000

export type Breaker = {
  /** Runs `attempt`, or refuses it at once with a `CallFailure`. Only one attempt at a time is a probe. */
  readonly run: <T>(attempt: (isProbe: boolean) => Promise<T>) => Promise<T>
  /** `half_open` also while it waits for the call that will be the probe. */
  readonly state: () => BreakerState
  /** Until the next probe; 0 unless open. */
  readonly probeInMs: () => number
}

type Listeners = { readonly opened: (cause: CallFailure) => void; readonly closed: () => void }

/** Opens after five failures in a row. Three seconds later, the next call is the probe that closes it or opens it again. */
export function createBreaker(listeners: Listeners): Breaker {
  const schedule = createSchedule()
  const policy = circuitBreaker(
    handleWhen(error => error instanceof CallFailure && error.counts),
    { breaker: new ConsecutiveBreaker(failuresToOpen), halfOpenAfter: schedule.backoff }
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
  return {
    state,
    probeInMs: () => (state() === 'open' ? schedule.leftMs() : 0),
    async run(attempt) {
      // The policy would make this call wait for the end of the probe.
      if (policy.state === CircuitState.HalfOpen) throw refused()
      const isProbe = policy.state === CircuitState.Open
      try {
        return await policy.execute(() => attempt(isProbe))
      } catch (error) {
        throw error instanceof BrokenCircuitError ? refused() : error
      }
    }
  }
}

const refused = () => new CallFailure('refused', 'it failed several times, so it is left alone')

/**
 * The policy measures how long it is open by the wall clock, so a clock that is set back would hold it open. This backoff
 * takes a clock that only goes forward, and answers "not yet" or "long ago".
 */
function createSchedule() {
  let at = 0
  const leftMs = () => Math.max(0, at - performance.now())
  const backoff = {
    get duration() {
      return leftMs() > 0 ? Infinity : -Infinity
    },
    next() {
      at = performance.now() + probeAfterMs
      return backoff
    }
  }
  return { backoff, leftMs }
}
