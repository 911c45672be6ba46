import { expect, it, onTestFinished, vi } from 'vitest'
import { samplesIn } from './metric-samples.ts'
import { createCallsReader } from './read-calls.ts'

const metricsWith = (counts: Readonly<Record<string, number>>, open = 0) => `
service_client_breaker{service="purchase",to="account",state="closed"} ${1 - open}
service_client_breaker{service="purchase",to="account",state="half_open"} 0
service_client_breaker{service="purchase",to="account",state="open"} ${open}
service_client_retries_total{service="purchase",to="account"} 7
${Object.entries(counts)
  .map(
    ([outcome, count]) => `service_client_seconds_count{service="purchase",to="account",outcome="${outcome}"} ${count}`
  )
  .join('\n')}
`

function useReader() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const read = createCallsReader()
  return (metrics: string) => {
    vi.advanceTimersByTime(2_000)
    return read(samplesIn(metrics)).get('account')
  }
}

it('knows the breaker before the first call, and no rate', () => {
  const read = useReader()
  expect(read(metricsWith({}))).toEqual({ breaker: 'closed', rate: null, failed: null })
  expect(read(metricsWith({}))).toEqual({ breaker: 'closed', rate: 0, failed: null })
})

it('counts calls and the share that failed; an absent account is an answer, a retry is no call', () => {
  const read = useReader()
  read(metricsWith({ ok: 10 }))
  expect(read(metricsWith({ ok: 12, not_found: 2, failed: 1, timed_out: 1, refused: 2 }, 1))).toEqual({
    breaker: 'open',
    rate: 4,
    failed: 0.5
  })
})

it('knows no breaker where the metrics say none', () => {
  expect(createCallsReader()(samplesIn('http_requests_total{status="201"} 4')).get('account')).toBeUndefined()
  expect(useReader()('service_client_retries_total{to="account"} 7')?.breaker).toBeUndefined()
})
