import { createRate } from './measures.ts'

/** Asks a service for its readiness and its request counts (`/health/ready`, `/metrics`). */
export function createServiceReader(url: string) {
  const rate = createRate()
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
    const requests = metrics === '' ? undefined : requestCounts(metrics)
    return {
      ready: health.ok,
      /** What is not well, in the service's own words. */
      reason: health.ok
        ? undefined
        : faults.map(([name, why]) => `${name}: ${why}`).join(', ') || `HTTP ${health.status}`,
      requests,
      rate: requests === undefined ? null : rate(requests.created)
    }
  }
}

/** Sums `http_requests_total` by status; the format is Prometheus' own text. */
export function requestCounts(metrics: string) {
  const counts = { created: 0, failed: 0 }
  const upTo = new Map<number, number>()
  for (const [, name, text = '', value] of metrics.matchAll(/^(\w+)\{([^}]*)\} ([\d.e+]+)/gm)) {
    const label = (wanted: string) => new RegExp(`(?:^|,)${wanted}="([^"]*)"`).exec(text)?.[1] ?? ''
    if (name === 'http_requests_total') {
      if (label('status') === '201') counts.created += Number(value)
      // A health check that says 503 is not a request that failed.
      if (label('status').startsWith('5') && !label('route').startsWith('/health')) counts.failed += Number(value)
    }
    if (name === 'http_request_seconds_bucket' && label('method') === 'POST') {
      const bound = label('le') === '+Inf' ? Number.POSITIVE_INFINITY : Number(label('le'))
      upTo.set(bound, (upTo.get(bound) ?? 0) + Number(value))
    }
  }
  const all = upTo.get(Number.POSITIVE_INFINITY) ?? 0
  const median = Math.min(...[...upTo].flatMap(([bound, requests]) => (requests >= all / 2 ? [bound] : [])))
  // The bound that half of the POST requests stayed under, of those of Prometheus' histogram.
  return { ...counts, medianMs: all === 0 || !Number.isFinite(median) ? undefined : median * 1000 }
}
