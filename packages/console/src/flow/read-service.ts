import { createRate } from './measures.ts'
import { type MetricSample, samplesIn } from './metric-samples.ts'
import { createCallsReader } from './read-calls.ts'

/**
 * Asks a service for its readiness, its request counts and its calls to other services (`/health/ready`, `/metrics`). Of
 * several processes, separated by commas, it adds up the counts, and all must be ready.
 */
export function createServiceReader(urls: string) {
  const rate = createRate()
  const readCalls = createCallsReader()
  const replicas = urls.split(',')
  return async () => {
    const answers = await Promise.allSettled(replicas.map(readReplica))
    const found = answers.flatMap(answer => (answer.status === 'fulfilled' ? [answer.value] : []))
    const [missing] = answers.flatMap(answer => (answer.status === 'rejected' ? [answer.reason] : []))
    if (found.length === 0) throw missing
    const reasons = answers.flatMap((answer, at) => {
      const reason = answer.status === 'rejected' ? 'does not answer' : answer.value.reason
      if (reason === undefined) return []
      return replicas.length === 1 ? [reason] : [`${new URL(replicas[at] ?? '').host} ${reason}`]
    })
    const samples = found.some(one => one.samples !== undefined) ? found.flatMap(one => one.samples ?? []) : undefined
    const requests = samples && requestCounts(samples)
    return {
      ready: reasons.length === 0,
      /** What is not well, in the service's own words. */
      reason: reasons.length === 0 ? undefined : reasons.join('; '),
      requests,
      rate: requests === undefined ? null : rate(requests.created),
      /** By the name of the other service. */
      calls: samples && readCalls(samples)
    }
  }
}

async function readReplica(url: string) {
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
  const reason = faults.map(([name, why]) => `${name}: ${why}`).join(', ') || `HTTP ${health.status}`
  return {
    reason: health.ok ? undefined : reason,
    samples: metrics === '' ? undefined : samplesIn(metrics)
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
