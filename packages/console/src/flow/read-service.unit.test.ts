import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { samplesIn } from './metric-samples.ts'
import { createServiceReader, requestCounts } from './read-service.ts'

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

describe('the processes of a service', () => {
  async function serve(ready: number) {
    const server = createServer(({ url }, response) => {
      const body = url === '/metrics' ? metrics : JSON.stringify({ checks: { mysql: 'no answer' } })
      response.writeHead(url === '/metrics' ? 200 : ready).end(body)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const read = (...hosts: readonly string[]) => createServiceReader(hosts.map(host => `http://${host}`).join())()

  it('count together, and each that is not ready is named', async () => {
    const [well, unready] = [await serve(200), await serve(503)]
    expect(await read(well, well)).toMatchObject({ ready: true, requests: { created: 82 } })
    const { ready, reason, requests } = await read(well, unready, '127.0.0.1:9')
    expect({ ready, reason }).toEqual({
      ready: false,
      reason: `${unready} mysql: no answer; 127.0.0.1:9 does not answer`
    })
    expect(requests).toMatchObject({ created: 82, failed: 4 })
  })

  it('are away when none of them answers', async () => {
    await expect(read('127.0.0.1:9', '127.0.0.1:9')).rejects.toThrow('fetch failed')
  })
})
