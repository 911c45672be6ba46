import { breakerStates, type BreakerState } from '../api/pipeline-schemas.ts'
import { createRate } from './measures.ts'
import type { MetricSample } from './metric-samples.ts'

/** What a service's metrics say of its calls to one other service. */
export type ReadCall = {
  readonly breaker: BreakerState | undefined
  /** Calls per second over the last seconds. */
  readonly rate: number | null
  /** The share of them that failed; null where there were none. */
  readonly failed: number | null
}

const succeeded = ['ok', 'not_found']

/** Takes the samples of a service, again and again, and returns its calls by the name of the service that it calls. */
export function createCallsReader() {
  const pairs = new Map<string, ReturnType<typeof createPair>>()
  return (samples: readonly MetricSample[]): ReadonlyMap<string, ReadCall> => {
    const ours = samples.filter(({ name }) => name.startsWith('service_client_'))
    const byService = Map.groupBy(ours, ({ label }) => label('to'))
    return new Map(
      [...byService].map(([to, own]) => {
        const read = pairs.get(to) ?? createPair()
        pairs.set(to, read)
        return [to, read(own)]
      })
    )
  }
}

function createPair() {
  const [all, failures] = [createRate(), createRate()]
  return (samples: readonly MetricSample[]): ReadCall => {
    const counted = samples.filter(({ name }) => name === 'service_client_seconds_count')
    const failed = counted.filter(({ label }) => !succeeded.includes(label('outcome')))
    const [rate, failedRate] = [all(total(counted)), failures(total(failed))]
    return {
      breaker: breakerStates.find(state =>
        samples.some(
          ({ name, label, value }) => name === 'service_client_breaker' && label('state') === state && value === 1
        )
      ),
      rate,
      failed: rate === null || rate === 0 ? null : Math.min(1, (failedRate ?? 0) / rate)
    }
  }
}

function total(samples: readonly MetricSample[]): number {
  return samples.reduce((sum, { value }) => sum + value, 0)
}
