import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { orderCreated } from '@outbox-cdc/order-service/orders/order-events'
import { kafkajsSecurity, mysqlOptions } from '@outbox-cdc/outbox/security'
import { debeziumRecord } from '@outbox-cdc/outbox/testing'
import { root } from '@outbox-cdc/pipeline'
import { migrate } from '@outbox-cdc/service-kit'
import {
  createTopics,
  ensureKafkaAccounts,
  mysqlUrl,
  readOrCreateSecret,
  type Stack,
  startStack
} from '@outbox-cdc/stack'
import { Kafka, logLevel } from 'kafkajs'
import mysql from 'mysql2/promise'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { eventually } from './support/eventually.ts'
import { fetchJson } from './support/http.ts'
import { tempFolder } from './support/temp-folder.ts'

type Env = Readonly<Record<string, string>>

const clients = ['kafkajs', 'platformatic'] as const
const topics = ['orders-kafkajs', 'orders-platformatic', 'others']
const wrongPassword = 'not-the-password-of-anything'

let stack: Stack
let secrets = ''
let mysqlPlace = ''
/** Everything that the processes of this file log and answer. */
const said: string[] = []

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'secured-'))
  secrets = join(dir, 'secrets')
  stack = await startStack({ dir, parts: ['mysql', 'kafka'], secure: true })
  await Promise.all([prepareKafka(), prepareMysql()])
  return async () => {
    await stack.stopAll()
    await rm(dir, { recursive: true, force: true })
  }
})

/** `delivery` may only read. `console` may see all topics, but one group, and `onlooker` may see, but read nothing. */
async function prepareKafka(): Promise<void> {
  const { brokers, security = {} } = stack.kafka
  const client = new Kafka({ brokers: [...brokers], ...kafkajsSecurity(security), logLevel: logLevel.NOTHING })
  const account = async (name: string) => ({ name, password: await readOrCreateSecret(secrets, `kafka-${name}`) })
  const orders = { on: 'topic', name: 'orders-*' } as const
  const cluster = { on: 'cluster', name: 'kafka-cluster', may: ['DESCRIBE'] } as const
  const reads = { ...orders, may: ['READ'] } as const
  await ensureKafkaAccounts({ brokers, security }, [
    { ...(await account('delivery')), rights: [reads, { on: 'group', name: 'group-*', may: ['READ'] }] },
    {
      ...(await account('console')),
      rights: [reads, cluster, { on: 'group', name: 'group-kafkajs', may: ['DESCRIBE'] }]
    },
    { ...(await account('onlooker')), rights: [{ ...orders, may: ['DESCRIBE'] }] }
  ])
  const admin = client.admin()
  await admin.connect()
  await createTopics(
    admin,
    topics.map(topic => ({ topic, numPartitions: 1 }))
  )
  await admin.disconnect()
  const producer = client.producer()
  await producer.connect()
  for (const [index, topic] of topics.entries()) {
    const event = orderCreated({ aggregateId: index + 1, aggregateVersion: 1, payload: { name: 'joon', quantity: 1 } })
    const { key, value, headers } = debeziumRecord(event, { id: 1, createdAt: new Date(), topic })
    const filled = Object.entries(headers).flatMap(([name, text]) => (text === null ? [] : [[name, text] as const]))
    await producer.send({ topic, messages: [{ key, value, headers: Object.fromEntries(filled) }] })
  }
  await producer.disconnect()
}

async function prepareMysql(): Promise<void> {
  const server = mysqlUrl(stack.mysql)
  mysqlPlace = new URL(server).host
  const password = await readOrCreateSecret(secrets, 'deliveries')
  const connection = await mysql.createConnection(mysqlOptions(server))
  await connection.query('CREATE DATABASE deliveries')
  await connection.query("CREATE USER deliveries@'%' IDENTIFIED BY ?", [password])
  await connection.query("GRANT SELECT, INSERT, UPDATE, DELETE ON deliveries.* TO deliveries@'%'")
  await connection.end()
  const [, query = ''] = server.split('?')
  const url = server.replace(/\/?\?.*$/, `/deliveries?${query}`)
  await migrate({ url, directory: join(root, 'delivery-service/migrations'), report: () => undefined })
}

/** How a principal reaches Kafka; its password is a reference. */
function access(principal: string): Env {
  return {
    KAFKA_BROKERS: stack.kafka.brokers.join(),
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SSL_CA: stack.security?.caFile ?? '',
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    KAFKA_SASL_USERNAME: principal,
    KAFKA_SASL_PASSWORD: `\${dir:${secrets}:kafka-${principal}}`
  }
}

function databaseUrl(password = `\${dir:${secrets}:deliveries}`, parameters = `?${stack.mysql.tls}`): string {
  return `mysql://deliveries:${password}@${mysqlPlace}/deliveries${parameters}`
}

/** Starts one of our processes, and returns how to ask it. It ends with the test. */
async function start(file: string, env: Env) {
  const child = spawn(process.execPath, [join(root, file)], {
    env: { PATH: process.env['PATH'], HTTP_PORT: '0', CONSOLE_PORT: '0', LOG_LEVEL: 'debug', ...env }
  })
  onTestFinished(() => end(child))
  let output = ''
  const listen = (chunk: unknown) => {
    output += String(chunk)
    said.push(String(chunk))
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  const port = await eventually(() => {
    const found = /"port":(\d+),"msg":"started"/.exec(output)?.[1]
    if (found === undefined && child.exitCode === null) throw new Error(`no port yet: ${output}`)
    return found
  })
  expect(port, output).toBeDefined()
  return async (path: string) => {
    expect(child.exitCode, output).toBeNull()
    const answer = await fetchJson(`http://127.0.0.1:${port}${path}`)
    said.push(answer.text)
    return answer
  }
}

/** In order, so that a consumer commits what it has handled: the console's tests count that. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
  child.kill('SIGTERM')
  await once(child, 'exit')
  clearTimeout(late)
}

function startDelivery(env: Env) {
  const usual = {
    MYSQL_URL: databaseUrl(),
    INBOX_KEEP_MS: '900000000',
    KAFKA_GROUP: 'group-none',
    KAFKA_TOPIC: 'orders-kafkajs'
  }
  return start('delivery-service/src/main.ts', { ...usual, ...access('delivery'), ...env })
}

it.each(clients)('delivers with %s over TLS, with a password and no right but READ', async client => {
  const env = { KAFKA_CLIENT: client, KAFKA_TOPIC: `orders-${client}`, KAFKA_GROUP: `group-${client}` }
  const get = await startDelivery(env)
  await eventually(async () => {
    expect((await get('/deliveries')).body.items).toContainEqual(
      expect.objectContaining({ orderId: clients.indexOf(client) + 1 })
    )
    expect((await get('/health/ready')).body).toEqual({ status: 'up', checks: { mysql: 'up', consumer: 'up' } })
  })
})

const none = { KAFKA_SASL_MECHANISM: '', KAFKA_SASL_USERNAME: '', KAFKA_SASL_PASSWORD: '' }

it('says in its readiness which part refuses whom, and why', async () => {
  const [broker = ''] = stack.kafka.brokers
  const cases: readonly (readonly [env: Env, check: string, sentence: RegExp])[] = [
    [{ INBOX_KEEP_MS: '' }, 'consumer', /User:delivery lacks DESCRIBE_CONFIGS on the topic orders-kafkajs.*keepMs/],
    [{ KAFKA_TOPIC: 'others' }, 'consumer', /^User:delivery lacks \w+ on the topic others\.$/],
    [{ KAFKA_GROUP: 'others' }, 'consumer', /^(?=.*group others).*User:delivery lacks READ on/],
    [{ KAFKA_SASL_PASSWORD: wrongPassword }, 'consumer', new RegExp(`^Kafka at ${broker} refuses User:delivery: `)],
    [{ ...none, KAFKA_SECURITY_PROTOCOL: 'PLAINTEXT', KAFKA_SSL_CA: '' }, 'consumer', /demands TLS/],
    [{ MYSQL_URL: databaseUrl(undefined, '') }, 'mysql', new RegExp(`^MySQL at ${mysqlPlace} demands TLS`)],
    [{ MYSQL_URL: databaseUrl(wrongPassword) }, 'mysql', new RegExp(`^MySQL at ${mysqlPlace} refuses 'deliveries'`)]
  ]
  await Promise.all(
    cases.map(async ([env, check, sentence]) => {
      const get = await startDelivery(env)
      await eventually(async () => expect((await get('/health/ready')).body.checks[check]).toMatch(sentence))
    })
  )
})

async function startConsole(principal: string, env: Env = {}) {
  const columns = { aggregateIdColumn: 'order_id', appliedAtColumn: 'delivered_at' }
  const effect = { url: databaseUrl(), table: 'delivery', ...columns }
  const file = join(await tempFolder('hops'), 'hops.json')
  await writeFile(file, JSON.stringify([{ topic: 'orders-kafkajs', group: 'group-kafkajs', effect }]))
  return start('packages/console/src/cli.ts', { ...access(principal), HOPS_FILE: file, ...env })
}

it('shows all that its account may see, and says of the rest which right is missing', async () => {
  const get = await startConsole('console')
  await eventually(async () => {
    const { parts } = (await get('/api/flow')).body.hops[0]
    expect(parts).toMatchObject([{ id: 'topic', state: 'ok' }, { id: 'delivery' }])
    expect(parts[1].facts).toContainEqual(expect.objectContaining({ label: 'newest delivery' }))
  })
  const { items, missing } = (await get('/api/topics')).body
  expect(items).toContainEqual(expect.objectContaining({ name: 'orders-kafkajs', records: 1, retentionMs: null }))
  expect(items[0].bytes).toBeGreaterThan(0)
  expect(missing).toContain('User:console lacks DESCRIBE_CONFIGS on the topic orders-kafkajs.')
  const groups = (await get('/api/groups')).body.items
  expect(groups).toContainEqual(expect.objectContaining({ id: 'group-kafkajs', lag: 0, problem: null }))
  const problem = 'User:console lacks DESCRIBE on the group group-platformatic.'
  expect(groups).toContainEqual(expect.objectContaining({ id: 'group-platformatic', lag: null, problem }))
  expect((await get('/api/topics/orders-kafkajs/records')).body.items).toHaveLength(1)
  expect((await get('/api/about')).text).toContain('orders-kafkajs')
})

it('shows the ends of a topic that its account may not read', async () => {
  const get = await startConsole('onlooker')
  await eventually(async () => {
    const { headline, hops } = (await get('/api/flow')).body
    const [topic, delivery] = hops[0].parts
    expect(topic).toMatchObject({ state: 'unknown', words: 'its records cannot be read' })
    expect(topic.facts).toContainEqual(expect.objectContaining({ label: 'kept', value: 1 }))
    expect(delivery).toMatchObject({ state: 'unknown', words: 'its group cannot be read' })
    expect(headline.text).toMatch(/^User:onlooker lacks \w+ on the (topic orders|group group)-kafkajs\.$/)
  })
  const records = await get('/api/topics/orders-kafkajs/records')
  expect(records).toMatchObject({ status: 503, body: { title: 'Refused' } })
  expect(records.body.detail).toBe('User:onlooker lacks READ on the topic orders-kafkajs.')
  expect((await get('/api/topics')).body.missing).toContain('User:onlooker lacks DESCRIBE on the cluster.')
})

it('says of a wrong password whom Kafka refuses, and still shows the database', async () => {
  const [broker = ''] = stack.kafka.brokers
  const get = await startConsole('console', { KAFKA_SASL_PASSWORD: wrongPassword })
  const sentence = new RegExp(`^Kafka at ${broker} refuses User:console: `)
  await eventually(async () => {
    const { headline, hops } = (await get('/api/flow')).body
    expect(headline).toMatchObject({ state: 'unknown', text: expect.stringMatching(sentence) })
    expect(hops[0].parts[1].facts).toContainEqual(expect.objectContaining({ label: 'newest delivery' }))
  })
  expect((await get('/api/groups')).body).toMatchObject({ title: 'Refused', detail: expect.stringMatching(sentence) })
})

it('has shown no secret in any log or answer', async () => {
  const files = (await readdir(secrets, { withFileTypes: true, recursive: true })).filter(file => file.isFile())
  const texts = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')))
  const hidden = [...texts.map(text => text.trim()).filter(text => /^[\w-]{20,}$/.test(text)), wrongPassword]
  expect(hidden.length).toBeGreaterThan(6)
  const all = said.join('\n')
  expect(all).toContain('User:delivery')
  expect(hidden.filter(secret => all.includes(secret))).toEqual([])
})
