import { once } from 'node:events'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { createOrdersDatabase, type OrdersDatabase } from '../test/build-service.ts'
import { lineOf, placeOrder, runMain, startedAt } from '../test/run-main.ts'

let database: OrdersDatabase
beforeAll(async () => void (database = await createOrdersDatabase()))
afterAll(() => database.drop())

/** Sends half of a request. Returns a function that sends the rest and returns the status. */
function beginPost(base: string): () => Promise<number | undefined> {
  const body = JSON.stringify({ name: 'joon', quantity: 95 })
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  const sending = request(`${base}/order`, { method: 'POST', headers })
  const answered = once(sending, 'response')
  sending.write(body.slice(0, 10))
  return async () => {
    sending.end(body.slice(10))
    const [response] = await answered
    return response.statusCode
  }
}

describe('the process', () => {
  it('reports every configuration problem in one line, without the values, and exits 1', async () => {
    const process = runMain({ HTTP_PORT: 'hunter2', MYSQL_URL: 'hunter3', LOG_LEVEL: 'hunter4' })
    expect(await process.ended).toBe(1)
    expect(process.output().trim().split('\n')).toHaveLength(1)
    expect(lineOf(process.output(), 'cannot start').problem).toMatch(/HTTP_PORT: .*\n.*MYSQL_URL: .*\n.*LOG_LEVEL: /)
    expect(process.output()).not.toMatch(/hunter|\.ts:/)
  })

  it('requires the number of a blackhole writer, because it has no safe default', async () => {
    const process = runMain({ MYSQL_URL: database.url, OUTBOX_STORE: 'blackhole' })
    expect(await process.ended).toBe(1)
    expect(lineOf(process.output(), 'cannot start').problem).toMatch(
      /OUTBOX_WRITER: is not set \(For the blackhole store/
    )
  })

  it('refuses to start with a store that its table was not made for, and says so in one line', async () => {
    const process = runMain({ MYSQL_URL: database.url, OUTBOX_STORE: 'blackhole', OUTBOX_WRITER: '0' })
    expect(await process.ended).toBe(1)
    expect(process.output().trim().split('\n')).toHaveLength(1)
    expect(lineOf(process.output(), 'cannot start').problem).toBe(
      'OUTBOX_STORE does not fit: The store is blackhole, but the table outbox was made for delete'
    )
  })

  it('exits 1 and names the port when it is taken', async () => {
    const first = runMain({ MYSQL_URL: database.url })
    const { port } = new URL(await startedAt(first))
    const second = runMain({ MYSQL_URL: database.url, HTTP_PORT: port })
    expect(await second.ended).toBe(1)
    expect(lineOf(second.output(), 'cannot start').err.message).toContain(port)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes what runs at %s, refuses what is new, and exits 0',
    async signal => {
      const process = runMain({ MYSQL_URL: database.url })
      const base = await startedAt(process)
      expect((await placeOrder(base)).status).toBe(201)
      const finish = beginPost(base)
      await eventually(async () => expect((await fetch(`${base}/metrics`)).status).toBe(200))
      process.child.kill(signal)
      await eventually(() => expect(lineOf(process.output(), 'stopping')).toBeDefined())
      await eventually(() => expect(fetch(`${base}/health/live`)).rejects.toThrow())
      expect(await finish()).toBe(201)
      expect(await process.ended).toBe(0)
      expect(lineOf(process.output(), 'stopped')).toBeDefined()
    }
  )

  it('is not ready, but still answers, for STOP_DELAY_MS after the signal', async () => {
    const process = runMain({ MYSQL_URL: database.url, STOP_DELAY_MS: '5000' })
    const base = await startedAt(process)
    expect((await fetch(`${base}/health/ready`)).status).toBe(200)
    process.child.kill('SIGTERM')
    await eventually(async () => expect((await fetch(`${base}/health/ready`)).status).toBe(503))
    expect((await placeOrder(base)).status).toBe(201)
    expect(await process.ended).toBe(0)
  })
})
