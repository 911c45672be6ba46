import { join } from 'node:path'
import { expect, it } from 'vitest'
import { printedConnectors } from '../../test/printed-connectors.ts'
import { expandReferences, readConnectorFile } from '../connector/connector-file.ts'
import { checkConfig } from './check-config.ts'
import {
  type MySqlOutbox,
  outboxConnector,
  type OutboxConnectorOptions,
  type PostgresOutbox
} from './outbox-connector.ts'

const shop: MySqlOutbox = {
  engine: 'mysql',
  database: 'shop',
  table: 'outbox',
  prefix: 'shop',
  key: 'event_id',
  router: false,
  serverId: 100
}
const orders = { ...shop, database: 'orders', prefix: 'orders_server' }
const { serverId: _none, ...common } = orders
const postgres: PostgresOutbox = {
  ...common,
  engine: 'postgres',
  store: 'table',
  aggregateId: 'integer',
  publication: 'orders_outbox'
}
const environment = {
  MYSQL_HOST: 'db',
  MYSQL_PORT: '3306',
  POSTGRES_HOST: 'db',
  POSTGRES_PORT: '5432',
  KAFKA_BROKERS: 'k:9092',
  CONNECT_SECRETS_DIR: '/run/s'
}

it('prints in each page the connector that init writes', async () => {
  const printed = (await printedConnectors()).map(([page, json]) => [page, JSON.parse(json)])
  expect(printed).toEqual([
    ['packages/connectctl/README.md', outboxConnector(shop)],
    ['packages/outbox/docs/tutorial.md', outboxConnector(orders)]
  ])
})

it('prints for PostgreSQL what init writes', async () => {
  const routed = { ...postgres, database: 'shop', prefix: 'shop', publication: 'shop_outbox', router: true }
  const printed = (await printedConnectors('PostgreSQL')).map(([page, json]) => [page, JSON.parse(json)])
  expect(printed).toEqual([['packages/outbox/docs/tutorial-postgresql.md', outboxConnector(routed)]])
})

const ours = join(import.meta.dirname, '../../../../connect-config')

it.each([
  ['orders-connector.json', orders],
  ['postgres/orders-connector.json', postgres],
  ['postgres-message/orders-connector.ts', { ...postgres, store: 'message' } as const]
])('agrees with the connector %s of this repository', async (file, options) => {
  const { config } = await readConnectorFile(join(ours, file), environment)
  expect(config).toMatchObject(expandReferences(outboxConnector(options), environment))
})

it.each([
  ['routed', { ...orders, router: true }],
  ['postgres-routed', { ...postgres, router: true }]
])('agrees with the transforms in the folder %s of this repository', async (folder, options) => {
  const { config } = await readConnectorFile(join(ours, `${folder}/orders-connector.ts`), environment)
  const transforms = Object.entries(outboxConnector(options)).filter(([key]) => /^(transforms|predicates)/.test(key))
  // This repository's topics aren't named after the prefix.
  const renamed = { 'transforms.route.route.topic.replacement': 'orders.${routedByValue}' }
  expect(config).toMatchObject({ ...Object.fromEntries(transforms), ...renamed })
})

const wallet = { database: 'wallet-2', table: 'events', prefix: 'eu', key: 'account_id', serverId: 7 }

it.each<OutboxConnectorOptions>([
  { ...shop, ...wallet },
  { ...shop, ...wallet, key: 'event_id', router: true },
  { ...postgres, ...wallet },
  { ...postgres, ...wallet, key: 'event_id', router: true },
  { ...postgres, ...wallet, table: 'outbox', store: 'message' },
  { ...postgres, ...wallet, table: 'outbox', store: 'message', aggregateId: 'string' },
  { ...postgres, ...wallet, table: 'outbox', key: 'event_id', store: 'message', router: true }
])('passes every check, whatever the names are: %o', options => {
  expect(checkConfig(expandReferences(outboxConnector(options), environment))).toEqual([])
})

it('says what keeps messages from the router', () => {
  const config = outboxConnector({ ...postgres, store: 'message', router: true })
  const check = (changes: object) =>
    checkConfig(expandReferences({ ...config, ...changes }, environment)).map(({ key, why }) => `${key} ${why}`)
  expect(check({ transforms: 'unwrap,route' })).toEqual([
    'transforms has no DecodeLogicalDecodingMessageContent: a message stays bytes'
  ])
  expect(check({ transforms: 'unwrap,route,decode' })).toEqual([
    'transforms has the steps in another order than decode, route'
  ])
  expect(check({ 'predicates.isOutbox.pattern': 'orders_server\\.public\\.outbox' })).toContain(
    'transforms.route.predicate does not let orders_server.message pass, so no event is routed'
  )
  expect(check({ 'transforms.route.table.field.event.key': 'message_id' })).toEqual([
    "transforms.route.table.field.event.key is message_id; it must be event_id: the aggregate's id, which orders its events"
  ])
})
