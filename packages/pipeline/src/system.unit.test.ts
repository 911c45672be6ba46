import { expect, it } from 'vitest'
import { accountsOf } from './accounts.ts'
import { loadSystem, systemNames } from './load-system.ts'
import { type System, problemsOf } from './system.ts'

const system = await loadSystem()

it('names each description after its file', async () => {
  for (const name of await systemNames()) expect((await loadSystem(name)).name).toBe(name)
})

it('gives each account the rights of its role, and no more', () => {
  expect(accountsOf(system)).toEqual([
    { name: 'orders_owner', grants: ['ALL ON orders.*', 'REPLICATION CLIENT ON *.*'], capture: false },
    { name: 'order_service', grants: ['SELECT, INSERT, UPDATE, DELETE ON orders.*'], capture: false },
    {
      name: 'debezium',
      grants: ['REPLICATION SLAVE, REPLICATION CLIENT ON *.*', 'SELECT ON orders.*'],
      capture: true
    },
    { name: 'keeper', grants: ['CREATE, SELECT, INSERT, DELETE ON orders.connect_heartbeat'], capture: false },
    {
      name: 'console',
      grants: ['REPLICATION CLIENT ON *.*', 'SELECT ON orders.*', 'SELECT, UPDATE ON deliveries.*'],
      capture: false
    },
    { name: 'deliveries_owner', grants: ['ALL ON deliveries.*'], capture: false },
    { name: 'delivery_service', grants: ['SELECT, INSERT, UPDATE, DELETE ON deliveries.*'], capture: false }
  ])
})

it('refuses PostgreSQL until the starter can set it up', () => {
  const databases = {
    ...system.databases,
    payments: { engine: 'postgres', accounts: {} }
  } satisfies System['databases']
  expect(problemsOf({ ...system, databases })).toEqual([
    "The database payments is PostgreSQL, which the starter can't set up yet. Use engine: 'mysql'."
  ])
})

it('names what a description refers to and does not have', () => {
  const [writer, consumer] = system.services
  const broken = {
    ...system,
    services: [
      { ...writer, env: { MYSQL_URL: { account: 'shop', database: 'orders' }, SHOP_URL: { urlOf: 'shop' } } },
      consumer
    ],
    flow: { ...system.flow, topic: 'shop.orders' },
    tryIt: ['curl {shop}']
  } as System
  expect(problemsOf(broken)).toEqual([
    'order-service (MYSQL_URL) uses the account shop, which has no role in the database orders.',
    'order-service (SHOP_URL) needs the URL of shop, which is no service.',
    'flow names shop.orders, which is no topic.',
    'tryIt names shop, which is no service.'
  ])
})
