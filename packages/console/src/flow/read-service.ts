export type ServiceReading = {
  readonly ready: boolean
  /** What is not well, in the service's own words. */
  readonly reason?: string | undefined
  /** Requests answered since it started, from its metrics; undefined when it has none. */
  readonly requests?: RequestCounts | undefined
}

export type RequestCounts = {
  readonly created: number
  readonly failed: number
  /** How long requests took, by the upper bounds of Prometheus' histogram in seconds; counted since the start. */
  readonly tookUpTo: readonly (readonly [seconds: number, requests: number])[]
}

/** Asks a service for its readiness and its request counts (`/health/ready`, `/metrics`). */
export function createServiceReader(url: string): () => Promise<ServiceReading> {
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
    return {
      ready: health.ok,
      reason: health.ok
        ? undefined
        : faults.map(([name, why]) => `${name}: ${why}`).join(', ') || `HTTP ${health.status}`,
      requests: metrics === '' ? undefined : requestCounts(metrics)
    }
  }
}

/** Sums `http_requests_total` by status; the format is Prometheus' own text. */
export function requestCounts(metrics: string): RequestCounts {
  const counts = { created: 0, failed: 0 }
  for (const [, labels = '', value] of metrics.matchAll(/^http_requests_total\{([^}]*)\} ([\d.e+]+)/gm)) {
    const status = /status="(\d+)"/.exec(labels)?.[1] ?? ''
    if (status === '201') counts.created += Number(value)
    // A health check that says 503 is not a request that failed.
    if (status.startsWith('5') && !/route="\/health/.test(labels)) counts.failed += Number(value)
  }
  const buckets = metrics.matchAll(/^http_request_seconds_bucket\{([^}]*method="POST"[^}]*)\} ([\d.e+]+)/gm)
  const upTo = new Map<number, number>()
  for (const [, labels = '', value] of buckets) {
    const text = /le="([^"]+)"/.exec(labels)?.[1] ?? ''
    const bound = text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text)
    upTo.set(bound, (upTo.get(bound) ?? 0) + Number(value))
  }
  return { ...counts, tookUpTo: [...upTo].sort(([a], [b]) => a - b) }
}

/** The least bound under which half of all requests stayed; undefined before the first one. */
export function medianBound({ tookUpTo }: RequestCounts): number | undefined {
  const all = tookUpTo.at(-1)?.[1] ?? 0
  const bound = tookUpTo.find(([, requests]) => requests >= all / 2)?.[0]
  return all === 0 || bound === undefined || !Number.isFinite(bound) ? undefined : bound * 1000
}
