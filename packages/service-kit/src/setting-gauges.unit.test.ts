import { expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'
import { registerSettings } from './setting-gauges.ts'

it('shows each setting with its value among the metrics', async () => {
  const { registry } = createMetrics('order')
  registerSettings({ PAYMENT_FALLBACK: 'off', PAYMENT_DEADLINE_MS: 900_000 }, registry)
  const text = await registry.metrics()
  expect(text).toContain('service_setting{name="PAYMENT_FALLBACK",value="off",service="order"} 1\n')
  expect(text).toContain('service_setting{name="PAYMENT_DEADLINE_MS",value="900000",service="order"} 1\n')
})
