import { type AddressInfo, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { createWorkerPresence } from './worker-presence.ts'

it('reports since when a worker is gone, until every worker takes connections', async () => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const worker = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const goneSince = createWorkerPresence()
  expect(await goneSince([worker, worker])).toBeUndefined()
  const since = await goneSince([worker, '127.0.0.1:1'])
  expect(since).toBeGreaterThan(0)
  expect(await goneSince(['127.0.0.1:1'])).toBe(since)
  expect(await goneSince([worker])).toBeUndefined()
  await new Promise(resolve => server.close(resolve))
})
