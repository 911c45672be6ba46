import { loadSystem } from '@outbox-cdc/pipeline'
import { expect, it } from 'vitest'
import { configSchema as auth } from '../auth/service.ts'
import { configSchema as delivery } from '../delivery/service.ts'
import { configSchema as gateway } from '../gateway/service.ts'
import { configSchema as item } from '../item/service.ts'
import { configSchema as order } from '../order/service.ts'
import { configSchema as payment } from '../payment/service.ts'
import { configSchema as shop } from '../shop/service.ts'

const system = await loadSystem('flower-delivery')
const schemas = { order, payment, item, shop, delivery, auth, gateway }

it('keeps every service on loopback, whatever npm start is told', () => {
  expect(system.services.map(({ name }) => name).toSorted()).toEqual(Object.keys(schemas).toSorted())
  for (const { name, env } of system.services) {
    expect([name, schemas[name as keyof typeof schemas].shape.HTTP_HOST.parse(undefined)]).toEqual([name, '127.0.0.1'])
    expect([name, 'HTTP_HOST' in env]).toEqual([name, false])
  }
})
