import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadSystem, root } from './load-system.ts'
import { sagaMapOf } from './saga-map.ts'

it('names the writer of each topic, and what services declare beside their events', async () => {
  const system = await loadSystem('customers-and-orders')
  expect(sagaMapOf(system)).toMatchObject({
    services: { customerTopic: 'customer-service', orderTopic: 'order-service' },
    expectations: [
      { after: 'order_created', from: 'customer-service', withinMs: 5_000 },
      { after: 'customer_credit_reserved', oneOf: ['order_approved', 'order_cancelled'], from: 'order-service' },
      { after: 'customer_credit_limit_exceeded', oneOf: ['order_rejected'] },
      { after: 'customer_validation_failed', oneOf: ['order_rejected'] }
    ]
  })
})

it('is, for orders and deliveries, what docker compose gives the console', async () => {
  const file = join(root, 'systems/orders-and-deliveries.saga-map.json')
  expect(sagaMapOf(await loadSystem())).toEqual(JSON.parse(await readFile(file, 'utf8')))
})
