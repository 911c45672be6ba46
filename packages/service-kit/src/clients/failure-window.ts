import { CircuitState, type IBreaker } from 'cockatiel'
import type { FailureWindow } from './client-settings.ts'

type Slice = { readonly from: number; calls: number; failures: number }

const slices = 10

/**
 * Opens by the share of failures. Unlike cockatiel's own, it forgets what is older than the window also when calls are rare,
 * and takes a clock that only goes forward.
 */
export function createFailureWindow({ ms, share, leastCalls }: FailureWindow): IBreaker {
  let recent: Slice[] = []
  const count = (failures: 0 | 1) => {
    const now = performance.now()
    recent = recent.filter(({ from }) => now - from < ms)
    let last = recent.at(-1)
    if (last === undefined || now - last.from >= ms / slices) recent.push((last = { from: now, calls: 0, failures: 0 }))
    last.calls += 1
    last.failures += failures
  }
  const sum = (field: 'calls' | 'failures') => recent.reduce((total, slice) => total + slice[field], 0)
  return {
    state: undefined,
    success(state) {
      if (state === CircuitState.HalfOpen) recent = []
      else count(0)
    },
    failure() {
      count(1)
      return sum('calls') >= leastCalls && sum('failures') > share * sum('calls')
    }
  }
}
