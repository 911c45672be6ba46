import { createRate } from './measures.ts'
import { type MetricSample, samplesIn } from './metric-samples.ts'
import { createCallsReader } from './read-calls.ts'

/** Asks a service for its readiness, its request counts and its calls to other services (`/health/ready`, `/metrics`). */
export function createServiceReader(url: string) {
  const rate = createRate()
  const readCalls = createCallsReader()
  return async () => {
    const signal = AbortSignal.timeout(1_400)
    const [health, metrics] = await Promise.all([
      fetch(new URL('/health/ready', url), { signal }),
      fetch(new URL('/metrics', url), { signal }).then(
        response => (response.ok ? response.text() : ''),
        () => ''
      )
    ])
    const report = (await health.json().catch(() => ({}))) as { checks?: Record<string, string> }
    const faults = Object.entries(report.checks ?? {}).filter(([, state]) => state !== 'up')
    const samples = metrics === '' ? undefined : samplesIn(metrics)
    const requests = samples && requestCounts(samples)
    return {
      ready: health.ok,
      /** What is not well, in the service's own words. */
      reason: health.ok
        ? undefined
        : faults.map(([name, why]) => `${name}: ${why}`).join(', ') || `HTTP ${health.status}`,
      requests,
      rate: requests === undefined ? null : rate(requests.created),
      /** By the name of the other service. */
      calls: samples && readCalls(samples)
    }
  }
}

/** Sums `http_requests_total` by status. */
export function requestCounts(samples: readonly MetricSample[]) {
  const counts = { created: 0, failed: 0 }
  const upTo = new Map<number, number>()
  for (const { name, label, value } of samples) {
    if (name === 'http_requests_total') {
      if (label('status') === '201') counts.created += value
      // A health check that says 503 is not a request that failed.
      if (label('status').startsWith('5') && !label('route').startsWith('/health')) counts.failed += value
    }
    if (name === 'http_request_seconds_bucket' && label('method') === 'POST') {
      const bound = label('le') === '+Inf' ? Number.POSITIVE_INFINITY : Number(label('le'))
      upTo.set(bound, (upTo.get(bound) ?? 0) + value)
    }
  }
  const all = upTo.get(Number.POSITIVE_INFINITY) ?? 0
  const median = Math.min(...[...upTo].flatMap(([bound, requests]) => (requests >= all / 2 ? [bound] : [])))
  // The bound that half of the POST requests stayed under, of those of Prometheus' histogram.
  return { ...counts, medianMs: all === 0 || !Number.isFinite(median) ? undefined : median * 1000 }
}
