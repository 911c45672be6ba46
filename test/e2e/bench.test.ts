import { expect, it, onTestFinished } from 'vitest'
import { createConnector } from '@outbox-cdc/bench/lab/connector'
import { startLab } from '@outbox-cdc/bench/lab/lab'
import { withVariant } from '@outbox-cdc/bench/variants/run-variant'
import { measureOrders } from '@outbox-cdc/bench/sections/measure-orders'
import { variantNamed } from '@outbox-cdc/bench/variants/variants'

it('measures orders on the real engines from COMMIT to COMMIT, each of them', async () => {
  const lab = await startLab()
  onTestFinished(() => lab.close())
  const connector = await createConnector(lab)
  const row = await withVariant({ lab, connector }, variantNamed('project'), () =>
    measureOrders(lab, { rate: 40, seconds: 1 })
  )
  expect(row).toMatchObject({ asked: 40, accepted: 40, delivered: 40 })
  expect(row.delivery.n).toBe(40)
  expect(row.request.n).toBe(40)
  expect(row.delivery.p50).toBeGreaterThan(0)
  expect(row.whole.max).toBeGreaterThanOrEqual(row.delivery.max)
  expect(Object.keys(row.cpuPerThousand)).toEqual(
    expect.arrayContaining(['mysql', 'kafka-1', 'connect-1', 'order-service', 'delivery-service'])
  )
})
