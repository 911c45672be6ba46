import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Admin } from '@platformatic/kafka'
import { createInboxTables, createOutboxTables } from '@outbox-cdc/outbox'
import type { SagaMap } from '@outbox-cdc/outbox/saga'
import { createLogger, loadConfig } from '@outbox-cdc/service-kit'
import { expect, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { type TestDatabase, uniqueName, useDatabase, useStack } from '@outbox-cdc/test-support/use-stack'
import { configSchema } from '../config.ts'
import { createConsole } from '../console.ts'
import { type HopInput, hopsSchema } from '@outbox-cdc/outbox/hops'
import { type OutboxRecord, produceOutbox } from './produce-outbox.ts'

export type Answer = { readonly status: number; readonly body: never; readonly text: string }

export type ConsoleBench = {
  readonly url: string
  readonly topic: string
  readonly group: string
  readonly brokers: readonly string[]
  readonly orders: TestDatabase
  readonly deliveries: TestDatabase
  readonly admin: Admin
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** As our page would send it, unless `headers` say otherwise. */
  act(path: string, body: object, headers?: Readonly<Record<string, string>>): Promise<Answer>
  produce(records: readonly OutboxRecord[]): Promise<void>
}

/** A console of one hop, with `change` in it, on the real Kafka and MySQL with a topic, a group and databases of its own; all removed when the test ends. */
export async function useConsoleBench(
  env: Readonly<Record<string, string>> = {},
  change: Partial<HopInput> = {}
): Promise<ConsoleBench> {
  const stack = useStack()
  const [orders, deliveries] = await Promise.all([useDatabase('orders'), useDatabase('deliveries')])
  await makeTables(orders, deliveries)
  const topic = uniqueName('console.topic')
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [...stack.kafka.brokers] })
  onTestFinished(() => admin.close())
  await createTopic(admin, topic)
  const group = uniqueName('group')
  const SAGA_MAP = await writeSagaMap({ services: { [topic]: 'writer' }, expectations: [] })
  const place = { KAFKA_BROKERS: stack.kafka.brokers.join(','), CONNECT_URL: stack.connect.url, SAGA_MAP }
  const hop = { connector: 'orders-connector', topic, group, events: ['order_created'], ...change }
  const aggregate = { url: orders.url, table: 'customer_order', ...change.aggregate }
  const columns = { aggregateIdColumn: 'order_id', appliedAtColumn: 'delivered_at' }
  const effect = { url: deliveries.url, table: 'delivery', ...columns, ...change.effect }
  const url = await startConsole({ ...place, ...env }, [{ ...hop, aggregate, effect }])
  return {
    url,
    topic,
    group,
    brokers: stack.kafka.brokers,
    orders,
    deliveries,
    admin,
    get: (path, headers = {}) => ask(`${url}${path}`, { headers }),
    act: (path, body, headers = {}) => act(url, { path, body, headers }),
    produce: records => produceOutbox(stack.kafka.brokers, topic, records)
  }
}

/** The path of a saga map that is removed when the test ends. */
export async function writeSagaMap(map: SagaMap): Promise<string> {
  const file = join(await tempFolder('sagas'), 'saga-map.json')
  await writeFile(file, JSON.stringify(map))
  return file
}

/**
 * Comes back when each partition answers: a record sent before would be sent again, and stand twice in the partitions
 * that were quicker.
 */
export async function createTopic(admin: Admin, name: string): Promise<void> {
  await admin.createTopics({ topics: [name], partitions: 3, replicas: 1 })
  const partitions = [0, 1, 2].map(partitionIndex => ({ partitionIndex, timestamp: -1n }))
  await eventually(async () => {
    const [answer] = await admin.listOffsets({ topics: [{ name, partitions }] })
    expect(answer?.partitions).toHaveLength(3)
  })
}

/** For a hop of which only Kafka is configured. */
export const noDatabases = { aggregate: { url: undefined }, effect: { url: undefined } }

const anyHop: HopInput = { topic: 'a', group: 'b' }

/** A console with these settings and nothing else, stopped when the test ends. */
export async function startConsole(
  env: Readonly<Record<string, string>>,
  hops: readonly HopInput[] = [anyHop]
): Promise<string> {
  const config = loadConfig(configSchema, { CONSOLE_PORT: '0', LOG_LEVEL: 'silent', HOPS_FILE: 'none', ...env })
  const service = createConsole(config, hopsSchema.parse(hops), createLogger('console', config.LOG_LEVEL))
  onTestFinished(() => service.stop())
  return `http://127.0.0.1:${await service.start()}`
}

/** A server that answers each path of `answers` with that JSON, and remembers what was asked. */
export async function useStub(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const answer = answers[request.url ?? '']
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { message: 'not here' }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

async function makeTables(orders: TestDatabase, deliveries: TestDatabase): Promise<void> {
  await createOutboxTables(orders.db)
  await createInboxTables(deliveries.db)
  await orders.db.raw(`CREATE TABLE customer_order (id BIGINT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(255),
    quantity INT, created_at TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6))`)
  await deliveries.db.raw(`CREATE TABLE delivery (order_id BIGINT PRIMARY KEY, name VARCHAR(255), quantity INT,
    delivered_at TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6))`)
}

export async function ask(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return { status: response.status, text, body: (isJson ? JSON.parse(text) : {}) as never }
}

type Action = { readonly path: string; readonly body: object; readonly headers: Readonly<Record<string, string>> }

async function act(url: string, { path, body, headers }: Action): Promise<Answer> {
  const about = await ask(`${url}/api/about`, {})
  const { actionToken } = about.body as { actionToken: string }
  return ask(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-console-action': actionToken, ...headers },
    body: JSON.stringify(body)
  })
}
