import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createConnectApi, waitUntilRunning } from '@outbox-cdc/connectctl'
import { type EmptyProject, useEmptyProject } from '@outbox-cdc/test-support/empty-project'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName, useDatabase, useStack } from '@outbox-cdc/test-support/use-stack'
import { streamOutbox } from './debezium-topic.ts'
import { createPostgres, noPostgres, urlOf, usePostgres } from './postgres.ts'

const readPage = (name: string) => readFile(join(import.meta.dirname, '../docs', name), 'utf8')
const mysqlPages = (await Promise.all(['tutorial.md', 'how-to.md'].map(readPage))).join('\n')
const postgresPage = await readPage('tutorial-postgresql.md')
const text = `${mysqlPages}\n${postgresPage}`

/** The code of a page, by the file names in its first lines. */
function snippets(page: string): Record<string, string> {
  const blocks = [...page.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs)]
  return Object.fromEntries(blocks.map(([, name = '', code = '']) => [name, code]))
}

/** The packages that the tutorials install next to this one. */
function installed(): readonly string[] {
  const lists = [...text.matchAll(/npm install (?:@outbox-cdc\/outbox|--save-dev) (.*)\n/g)].map(
    ([, list = '']) => list
  )
  return [...new Set(lists.flatMap(list => list.split(' ')))]
}

// It packs, installs, checks types and starts seven processes, one after the other.
it('leads from npm install to a working consumer, as the tutorial says, in an empty project', async () => {
  const orders = await useDatabase('orders')
  const deliveries = await useDatabase('deliveries')
  const env = { ORDERS_URL: orders.url, DELIVERIES_URL: deliveries.url }
  const project = await useEmptyProject({ packages: ['outbox'], peers: installed() })
  await project.write(snippets(mysqlPages))
  await project.typeCheck()
  await project.node('migrate.ts', [], env)
  await project.node('place-order.ts', [], env)
  const topic = await streamOutbox(orders)
  onTestFinished(() => topic.remove())
  const deliver = snippets(mysqlPages)['deliver.ts'] ?? ''
  await project.write({
    'deliver.ts': deliver
      .replace('127.0.0.1:9092', useStack().kafka.brokers.join(','))
      .replace('orders_server.orders.outbox', topic.name)
      .replace("group: 'delivery-service'", `group: '${uniqueName('readme')}'`)
  })
  const printed = project.start('deliver.ts', env)
  expect(await project.node('one-trip.ts', [], env)).toMatch(/order 2/)
  await eventually(async () => {
    expect(await deliveries.db('delivery').orderBy('order_id'), printed()).toMatchObject([
      { order_id: 1, name: 'joon', quantity: 95 },
      { order_id: 2, name: "Robert'); DROP TABLE customer_order; --", quantity: 1 }
    ])
  })
  await project.node('place-order.test.ts')
  const outboxctl = 'node_modules/.bin/outboxctl'
  const listed = await project.node(outboxctl, ['parked', 'list', '--json'], { OUTBOX_DB_URL: deliveries.url })
  expect(JSON.parse(listed)).toEqual([])
  if (noPostgres === undefined) await followPostgresTutorial(project)
})

/** The settings of the tutorial, as a connector for this database. */
function connectorOfTutorial(name: string, database: string): Record<string, string> {
  const { postgres } = useStack()
  const settings = JSON.parse(/```json\n(\{[^`]*PostgresConnector.*?)```/s.exec(text)?.[1] ?? '') as Record<
    string,
    string
  >
  const renamed = Object.entries(settings).map(([key, value]) => [
    key,
    value.replaceAll(/shop(_outbox|(?=\\?\.)|$)/g, `${name}$1`)
  ])
  return {
    ...Object.fromEntries(renamed),
    'database.hostname': postgres?.host ?? '',
    'database.port': String(postgres?.port),
    'database.user': 'postgres',
    'database.password': postgres?.password ?? '',
    'database.dbname': database
  }
}

async function followPostgresTutorial(project: EmptyProject): Promise<void> {
  const { connect, kafka } = useStack()
  const shop = await createPostgres()
  const api = createConnectApi({ url: connect.url })
  const name = uniqueName('shop')
  onTestFinished(async () => {
    await api.request('DELETE', `/connectors/${name}`, { orMissing: true })
    await shop.drop()
  })
  const warehouse = await usePostgres()
  const env = { SHOP_URL: urlOf(shop.db), WAREHOUSE_URL: urlOf(warehouse) }
  const files = snippets(postgresPage)
  const { 'migrate-shop.ts': migrate = '', 'pack.ts': pack = '' } = files
  await project.write({
    ...files,
    'migrate-shop.ts': migrate.replaceAll('shop_outbox', `${name}_outbox`),
    'pack.ts': pack
      .replace('127.0.0.1:9092', kafka.brokers.join(','))
      .replaceAll("'shop.", `'${name}.`)
      .replace("group: 'warehouse'", `group: '${uniqueName('readme')}'`)
  })
  // Drizzle's types name packages that a user of PostgreSQL doesn't install.
  await project.typeCheck({ skipLibCheck: true })
  await project.node('migrate-shop.ts', [], env)
  await project.node('buy.ts', [], env)
  await api.request('PUT', `/connectors/${name}/config`, { body: connectorOfTutorial(name, shop.name) })
  await waitUntilRunning(api, name, { settleMs: 2_000 })
  const printed = project.start('pack.ts', env)
  const [customer] = await shop.db('customer')
  const [purchase] = await shop.db('purchase')
  await eventually(async () => {
    const parcels = await warehouse('parcel').join('customer', 'customer.id', 'parcel.customer_id')
    expect(parcels, printed()).toEqual([
      { id: customer.id, name: 'joon', order_id: purchase.id, customer_id: customer.id, quantity: 95 }
    ])
  })
}

it('packs the same package from the root: JavaScript that runs, with outboxctl', async () => {
  const project = await useEmptyProject({
    packages: ['outbox'],
    peers: ['zod', 'knex', 'kafkajs', 'mysql2'],
    fromRoot: true
  })
  await project.write({
    'main.js': `import { isRetryable, OutboxError } from '@outbox-cdc/outbox'
      import { createMemoryOutbox } from '@outbox-cdc/outbox/testing'
      import { eventCatalogue } from '@outbox-cdc/outbox/catalogue'
      console.log(isRetryable(new OutboxError('WRITE_FAILED', 'x', { retryable: true })), typeof createMemoryOutbox, typeof eventCatalogue)`
  })
  expect(await project.node('main.js')).toBe('true function function\n')
  expect(await project.node('node_modules/.bin/outboxctl', ['--help'])).toContain('parked')
})
