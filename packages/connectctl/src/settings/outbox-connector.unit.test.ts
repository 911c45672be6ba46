import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { printedConnectors } from '../../test/printed-connectors.ts'
import { expandReferences } from '../connector/connector-file.ts'
import { checkConfig } from './check-config.ts'
import { outboxConnector } from './outbox-connector.ts'

const shop = { database: 'shop', table: 'outbox', prefix: 'shop', key: 'event_id', serverId: 100 }
const orders = { ...shop, database: 'orders', prefix: 'orders_server' }

it('prints in each page the connector that init writes', async () => {
  const printed = (await printedConnectors()).map(([page, json]) => [page, JSON.parse(json)])
  expect(printed).toEqual([
    ['packages/connectctl/README.md', outboxConnector(shop)],
    ['packages/outbox/docs/tutorial.md', outboxConnector(orders)]
  ])
})

it('accepts the connectors of PostgreSQL that pages print', async () => {
  const environment = { POSTGRES_HOST: 'db', POSTGRES_PORT: '5432', CONNECT_SECRETS_DIR: '/run/s' }
  for (const [page, json] of await printedConnectors('PostgreSQL'))
    expect([page, checkConfig(expandReferences(JSON.parse(json), environment))]).toEqual([page, []])
})

it('agrees with the connector of this repository', async () => {
  const ours = await readFile(join(import.meta.dirname, '../../../../connect-config/orders-connector.json'), 'utf8')
  expect(JSON.parse(ours)).toMatchObject(outboxConnector(orders))
})

it('passes every check, whatever the names are', () => {
  const wallet = { database: 'wallet-2', table: 'events', prefix: 'eu', key: 'account_id', serverId: 7 }
  const environment = { MYSQL_HOST: 'db', MYSQL_PORT: '3306', KAFKA_BROKERS: 'k:9092', CONNECT_SECRETS_DIR: '/run/s' }
  expect(checkConfig(expandReferences(outboxConnector(wallet), environment))).toEqual([])
})
