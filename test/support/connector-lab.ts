import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ConnectApi,
  type ConnectorFile,
  type KeeperOptions,
  type Watched,
  applyConnector,
  createConnectApi,
  readConnectorFile,
  sourceOf,
  startKeeper
} from '@outbox-cdc/connectctl'
import { appendToOutbox, defineEvent } from '@outbox-cdc/outbox'
import {
  type Addresses,
  type FaultyProxy,
  type Settings,
  root,
  startFaultyProxy,
  supervise
} from '@outbox-cdc/pipeline'
import { type Stack, freePort } from '@outbox-cdc/stack'
import knex, { type Knex } from 'knex'
import { z } from 'zod'
import { eventually } from './eventually.ts'
import { watchTopic } from './read-topic.ts'
import { type Engines, freeSettings, startEngines } from './test-pipeline.ts'

/** Engines of their own with the connector, a keeper beside it and a reader of its topic: ready to be broken. */
export type ConnectorLab = {
  readonly stack: Stack
  readonly db: Knex
  readonly addresses: Addresses
  readonly secretsDir: string
  readonly api: ConnectApi
  readonly file: ConnectorFile
  readonly keeper: LoggedKeeper
  /** Between Connect and MySQL, where one was asked for. */
  readonly proxy: FaultyProxy | undefined
  /** The orders on the topic, with their times of arrival. */
  arrived(): readonly Arrived[]
  placeOrder(): Promise<number>
  placeOrders(count: number): Promise<unknown>
  committedOrders(): Promise<readonly number[]>
  /** Committed orders that are not on the topic. */
  missingOrders(): Promise<readonly number[]>
  expectNoneMissing(): Promise<void>
  untilFlowing(timeoutMs?: number): Promise<void>
  close(): Promise<void>
}
export type Arrived = { readonly orderId: number; readonly at: number }
export type LoggedKeeper = {
  readonly url: string
  readonly log: readonly LogLine[]
  watched(): Watched
}
type LogLine = {
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly at: number
}

export type ConnectorLabOptions = Partial<Pick<Settings, 'workers' | 'mysqlArgs'>> & {
  readonly throughProxy?: boolean
  /** Settings of the connector that differ from its file. */
  readonly settings?: Readonly<Record<string, string>>
  readonly keeper?: Partial<KeeperOptions>
  /** Runs when the tables exist and the connector does not yet. */
  readonly beforeConnector?: (placeOrder: () => Promise<number>) => Promise<unknown>
}

const orderCreated = defineEvent({
  name: 'order_created',
  aggregate: 'order',
  version: 1,
  payload: z.object({ name: z.string(), quantity: z.int() })
})

export async function startConnectorLab(options: ConnectorLabOptions = {}): Promise<ConnectorLab> {
  const { throughProxy = false, settings = {}, keeper: keeperOptions, beforeConnector, ...wishes } = options
  const engines = await startEngines(await freeSettings(wishes))
  const { stack, addresses, secretsDir } = engines
  const db = connect(stack.mysql)
  const ends: (() => unknown)[] = [engines.stop, () => db.destroy()]
  const close = async () => {
    for (const end of ends.toReversed()) await end()
  }
  try {
    await beforeConnector?.(() => placeOrder(db))

    const proxy = throughProxy ? await startFaultyProxy(stack.mysql) : undefined
    if (proxy !== undefined) ends.push(() => proxy.close())
    const port = proxy === undefined ? {} : { MYSQL_PORT: String(proxy.port) }
    const read = await readConnectorFile(join(root, 'connect-config/orders-connector.json'), { ...addresses, ...port })
    const file = { ...read, config: { ...read.config, ...settings } }
    const api = createConnectApi({ url: stack.connect.urls.join() })
    await applyConnector(api, file, { source: sourceOf(file.config, addresses) })

    const keeper = await startLoggedKeeper(engines, file, keeperOptions)
    ends.push(keeper.stop)
    const supervisions = superviseWorkers(stack, keeper.note)
    ends.push(() => supervisions.forEach(supervision => supervision.stop()))
    const topic = await watchOrders(stack)
    ends.push(topic.stop)
    return { stack, addresses, secretsDir, db, api, file, keeper, proxy, close, ...ordersOf(db, topic.arrived, keeper) }
  } catch (error) {
    await close()
    throw error
  }
}

function connect({ host, port, rootPassword: password }: Stack['mysql']): Knex {
  return knex({
    client: 'mysql2',
    connection: { host, port, user: 'root', password, database: 'orders', connectTimeout: 10_000 },
    pool: { min: 0, max: 10 },
    acquireConnectionTimeout: 20_000,
    log: { warn() {}, error() {} } // MySQL is taken away on purpose
  })
}

async function startLoggedKeeper(engines: Engines, file: ConnectorFile, own: Partial<KeeperOptions> = {}) {
  const { stack, secretsDir, addresses } = engines
  const lines: LogLine[] = []
  const log = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, fields: { ...fields }, at: Date.now() })
  const port = await freePort()
  const { host, port: mysqlPort } = stack.mysql
  const password = await readFile(join(secretsDir, 'keeper'), 'utf8')
  const keeper = await startKeeper({
    api: createConnectApi({ url: stack.connect.urls.join(), retryForMs: 0, answerTimeoutMs: 5_000 }),
    files: [file],
    environment: addresses,
    accountFor: () => ({ host, port: mysqlPort, user: 'keeper', password }),
    host: '127.0.0.1',
    port,
    everyMs: 500,
    redAfterMs: 5_000,
    jmxUrls: addresses['JMX_URLS']?.split(',') ?? [],
    diskPaths: [],
    leastFreeBytes: 0,
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    ...own
  })
  return {
    url: `http://127.0.0.1:${port}`,
    log: lines,
    note: (line: string) => log('note')({}, line),
    stop: () => keeper.stop(),
    watched() {
      const [only] = keeper.watched()
      if (only === undefined) throw new Error('the keeper watches nothing')
      return only
    }
  }
}

/** Starts a killed worker again after half a second, however often it was killed. */
function superviseWorkers({ parts }: Stack, note: (line: string) => void) {
  const pauses = { firstPauseMs: 500, longestPauseMs: 500 }
  return parts.filter(({ name }) => name.startsWith('connect')).map(part => supervise(part, note, { pauses }))
}

async function watchOrders({ kafka }: Stack) {
  const topic = await watchTopic(kafka, 'orders_server.orders.outbox')
  const orders: Arrived[] = []
  let read = 0
  const arrived = () => {
    for (const { headers, value, at } of topic.records.slice(read)) {
      read += 1
      if (headers?.['planted'] !== undefined) continue
      const { payload } = JSON.parse(String(value)) as { payload: { event_id: number } }
      orders.push({ orderId: payload.event_id, at })
    }
    return orders
  }
  return { arrived, stop: () => topic.stop() }
}

function ordersOf(db: Knex, arrived: ConnectorLab['arrived'], keeper: LoggedKeeper) {
  const committedOrders = async () => (await db('customer_order').orderBy('id').pluck('id')) as number[]
  const missingOrders = async () => {
    const ids = new Set(arrived().map(({ orderId }) => orderId))
    return (await committedOrders()).filter(id => !ids.has(id))
  }
  const expectNone = (missing: readonly number[]) => {
    if (missing.length > 0)
      throw new Error(`${missing.length} committed orders are not on the topic: ${missing.join()}`)
  }
  const expectFlowing = ({ state }: Watched) => {
    if (state !== 'flowing') throw new Error(`the connector is ${state}`)
  }
  return {
    arrived,
    placeOrder: () => placeOrder(db),
    placeOrders: (count: number) => Promise.all(Array.from({ length: count }, () => placeOrder(db))),
    committedOrders,
    missingOrders,
    expectNoneMissing: () =>
      eventually(async () => expectNone(await missingOrders()), { timeoutMs: 90_000, everyMs: 250 }),
    untilFlowing: (timeoutMs = 120_000) => eventually(() => expectFlowing(keeper.watched()), { timeoutMs })
  }
}

function placeOrder(db: Knex): Promise<number> {
  return db.transaction(async trx => {
    const order = { name: 'joon', quantity: 95 }
    const [id = 0] = await trx('customer_order').insert(order)
    await appendToOutbox(trx, orderCreated({ aggregateId: id, aggregateVersion: 1, payload: order }))
    return id
  })
}
