import { expect, it } from 'vitest'
import type { ConnectorStatus } from '../connect-api.ts'
import { judge } from '../verdict.ts'
import { createMetrics } from './metrics.ts'

it('keeps to one series while a silence grows', async () => {
  const part = { state: 'RUNNING', worker_id: 'w' } as const
  const status: ConnectorStatus = { name: 'orders', type: 'source', connector: part, tasks: [{ id: 0, ...part }] }
  let ageMs = 9_000
  const metrics = createMetrics(() => {
    const flow = { ageMs, healthy: false }
    const rest = { name: 'orders', status, flow, fatal: undefined, actions: 0, lastAction: undefined }
    return [{ ...rest, ...judge(status, flow) }]
  })
  const lastError = async () =>
    (await metrics.text()).split('\n').filter(line => line.startsWith('connectctl_last_error{'))
  const before = await lastError()
  ageMs = 24_000
  expect(before).toEqual(['connectctl_last_error{connector="orders",error="RUNNING, but nothing came through"} 1'])
  expect(await lastError()).toEqual(before)
})
