import { expect, it } from 'vitest'
import type { ConnectorStatus } from '../connect/connect-api.ts'
import { verdictOf } from '../connect/verdict.ts'
import { createMetrics } from './metrics.ts'

it('keeps to one series while a silence grows', async () => {
  const part = { state: 'RUNNING', worker_id: 'w' } as const
  const report: ConnectorStatus = { name: 'orders', type: 'source', connector: part, tasks: [{ id: 0, ...part }] }
  let ageMs = 9_000
  const metrics = createMetrics(() => {
    const verdict = verdictOf({ name: 'orders', report, probe: { sentAt: 0, ageMs, fresh: false } })
    const rest = { name: 'orders', since: 0, healthy: false, report, ageMs, figures: {}, actions: 0 }
    return [{ ...verdict, ...rest, fatal: undefined, lastAction: undefined }]
  })
  const lastError = async () =>
    (await metrics.registry.metrics()).split('\n').filter(line => line.startsWith('connectctl_last_error{'))
  const before = await lastError()
  ageMs = 24_000
  expect(before).toEqual(['connectctl_last_error{connector="orders",error="RUNNING, but nothing has come through"} 1'])
  expect(await lastError()).toEqual(before)
})
