import { expect, it } from 'vitest'
import { accountsOf } from './accounts.ts'
import { loadSystem, systemNames } from './load-system.ts'
import { mysqlGrants } from './mysql-accounts.ts'
import { type System, problemsOf } from './system.ts'

const system = await loadSystem()

it('names each description after its file', async () => {
  for (const name of await systemNames()) expect((await loadSystem(name)).name).toBe(name)
})

it('gives each account on MySQL the rights of its role, and no more', () => {
  expect([...mysqlGrants(system)]).toEqual([
    ['orders_owner', ['ALL ON orders.*', 'REPLICATION CLIENT ON *.*']],
    ['order_service', ['SELECT, INSERT, UPDATE, DELETE ON orders.*']],
    ['debezium', ['REPLICATION SLAVE, REPLICATION CLIENT ON *.*', 'SELECT ON orders.*']],
    ['keeper', ['CREATE, SELECT, INSERT, DELETE ON orders.connect_heartbeat']],
    ['console', ['REPLICATION CLIENT ON *.*', 'SELECT ON orders.*', 'SELECT, UPDATE ON deliveries.*']],
    ['deliveries_owner', ['ALL ON deliveries.*']],
    ['delivery_service', ['SELECT, INSERT, UPDATE, DELETE ON deliveries.*']]
  ])
})

it('gives an account that is used on both engines one password, which only Connect can read if it captures', () => {
  const payments = { engine: 'postgres', accounts: { payments_owner: 'owner', debezium: 'capture' } } as const
  const accounts = accountsOf({ ...system, databases: { ...system.databases, payments } })
  expect(accounts.filter(({ name }) => name === 'debezium')).toEqual([{ name: 'debezium', capture: true }])
  expect(accounts.filter(({ capture }) => capture)).toHaveLength(1)
})

it('refuses a PostgreSQL database without an owner, to whom its tables would belong', () => {
  const databases = {
    ...system.databases,
    payments: { engine: 'postgres', accounts: {} }
  } satisfies System['databases']
  expect(problemsOf({ ...system, databases })).toEqual([
    'The database payments is PostgreSQL and needs an account with the role owner.'
  ])
})

it('names what a description refers to and does not have', () => {
  const [writer, consumer] = system.services
  const broken = {
    ...system,
    services: [
      {
        ...writer,
        publishes: ['shop.mails', 'orders_server.orders.outbox'],
        calls: ['shop', 'order-service', 'delivery-service'],
        env: { MYSQL_URL: { account: 'shop', database: 'orders' }, SHOP_URL: { urlOf: 'shop' } }
      },
      { ...consumer, reads: { topics: ['shop.orders'], group: 'shop' } },
      { ...consumer, name: 'greedy', reads: undefined, publishes: ['orders_server.orders.outbox'] }
    ],
    hops: [
      { ...system.hops[0], topic: 'shop.orders' },
      { ...system.hops[0], writer: 'delivery-service' }
    ],
    sagas: { expectations: [{ after: 'order_created', oneOf: ['paid'], from: 'shop', withinMs: 5_000 }] },
    tryIt: ['curl {shop}']
  } as System
  expect(problemsOf(broken)).toEqual([
    'order-service (MYSQL_URL) uses the account shop, which has no role in the database orders.',
    'order-service (SHOP_URL) needs the URL of shop, which is no service.',
    'delivery-service reads shop.orders, which is no topic.',
    'greedy needs both the addresses of the brokers and "reads", or neither.',
    'The hop order_created names shop.orders, which is no topic.',
    'Two hops are called order_created.',
    'tryIt names shop, which is no service.',
    'order-service calls shop, which is no other service.',
    'order-service calls order-service, which is no other service.',
    "order-service calls delivery-service and needs its URL in a variable: { urlOf: 'delivery-service' }.",
    'order-service publishes to shop.mails, which is no topic.',
    'greedy publishes to orders_server.orders.outbox, as another service does.',
    'The hop order_created needs orders_server.orders.outbox in what delivery-service publishes.',
    'What follows order_created must come from shop, which publishes nothing.'
  ])
})
