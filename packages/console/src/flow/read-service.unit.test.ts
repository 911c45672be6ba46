import { describe, expect, it } from 'vitest'
import { samplesIn } from './metric-samples.ts'
import { requestCounts } from './read-service.ts'

const metrics = `# HELP http_requests_total Requests answered
http_requests_total{method="POST",route="/order",status="201",service="order-service"} 41
http_requests_total{method="POST",route="/order",status="503",service="order-service"} 2
http_requests_total{method="GET",route="/health/ready",status="503",service="order-service"} 9
http_request_seconds_bucket{le="0.0025",service="order-service",method="POST",route="/order"} 10
http_request_seconds_bucket{le="0.005",service="order-service",method="POST",route="/order"} 30
http_request_seconds_bucket{le="+Inf",service="order-service",method="POST",route="/order"} 43
http_request_seconds_bucket{le="0.001",service="order-service",method="GET",route="/metrics"} 99
`

describe('the metrics of a service', () => {
  it('count what was created and what failed, without failed health checks', () => {
    expect(requestCounts(samplesIn(metrics))).toMatchObject({ created: 41, failed: 2 })
  })

  it('say within what time half of the requests were answered', () => {
    expect(requestCounts(samplesIn(metrics)).medianMs).toBe(5)
    expect(requestCounts([]).medianMs).toBeUndefined()
  })
})
