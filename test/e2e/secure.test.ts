import { readFile, readdir } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import mysql from 'mysql2/promise'
import { expect, it } from 'vitest'
import { kafkajsSecurity, mysqlOptions } from '@outbox-cdc/outbox/security'
import { mysqlUrl } from '@outbox-cdc/stack'
import { audit } from '../support/auditor.ts'
import { coreSuite } from '../support/core-suite.ts'
import { eventually } from '../support/eventually.ts'
import { get, post } from '../support/http.ts'
import { watchCommandLines } from '../support/process-lines.ts'
import { runScript } from '../support/run-script.ts'
import { type TestPipeline, coreTarget, startTestPipeline } from '../support/test-pipeline.ts'

// npm start -- --secure, started once.
let pipeline: TestPipeline
let commandLines: ReturnType<typeof watchCommandLines>

coreSuite('a secured pipeline', async () => {
  commandLines = watchCommandLines()
  pipeline = await startTestPipeline({ secure: true, brokers: 2 })
  return coreTarget(pipeline)
})

const local = (name: string, path: string) => `http://127.0.0.1:${pipeline.settings.ports[name]}${path}`

it('has a keeper that sees its probe come through, and a console that sees everything flow', async () => {
  await eventually(async () => {
    const { status, text } = await get(local('keeper', '/health'))
    expect(status, text).toBe(200)
  })
  await eventually(async () => {
    const { body } = await get(local('console', '/api/flow'))
    expect(body.headline).toMatchObject({ state: 'ok' })
  })
})

it('passes outboxctl audit', async () => {
  await eventually(async () => expect(await audit(pipeline)).toMatchObject({ code: 0, findings: [] }), {
    timeoutMs: 30_000,
    everyMs: 1_000
  })
})

it('lets no client in that comes without TLS, without a password or with another', async () => {
  const { kafka, mysql: server, security } = pipeline.stack
  await expect(topicsOf({})).rejects.toThrow()
  await expect(topicsOf({ tls: { ca: security?.ca ?? '' } })).rejects.toThrow()
  const sasl = { mechanism: 'SCRAM-SHA-512', username: 'admin', password: 'wrong' } as const
  await expect(topicsOf({ ...kafka.security, sasl })).rejects.toThrow(/invalid credentials/)
  await expect(mysql.createConnection(mysqlOptions(mysqlUrl({ ...server, tls: undefined })))).rejects.toThrow(
    /require_secure_transport/
  )
  expect(await askConnect('/connectors', '')).toMatchObject({ status: 401 })
  expect(await askConnect('/connectors', 'connect-admin:wrong')).toMatchObject({ status: 401 })
})

it('lets a consumer read its topic, and neither another topic nor a setting', async () => {
  const password = await secret('kafka-delivery-service')
  const sasl = { mechanism: 'SCRAM-SHA-512', username: 'delivery-service', password } as const
  const admin = clientOf({ ...pipeline.stack.kafka.security, sasl }).admin()
  await admin.connect()
  expect(await admin.listTopics()).toEqual([pipeline.settings.system.hops[0].topic])
  await expect(admin.fetchTopicOffsets('schema_changes.orders')).rejects.toThrow(/authorized/)
  await admin.disconnect()
})

it('shows no secret in a log, a command line, an API or a page', async () => {
  const secrets = await allSecrets()
  expect(secrets.size).toBeGreaterThanOrEqual(15)
  const shown = new Map<string, string>()
  for (const line of await commandLines.stop()) shown.set(`the command line ${line.slice(0, 60)}`, line)
  for (const file of await filesIn(join(pipeline.settings.dir, 'logs'))) shown.set(file, await readFile(file, 'utf8'))
  shown.set('the terminal', pipeline.logs.join('\n'))
  shown.set('pipeline.env', await readFile(join(pipeline.settings.dir, 'pipeline.env'), 'utf8'))
  for (const url of pages()) shown.set(url, (await get(url)).text)
  for (const path of connectPaths) shown.set(`Connect ${path}`, (await askConnect(path, await connectLogin())).text)
  const leaks = [...shown].flatMap(([where, text]) =>
    [...secrets].flatMap(([name, value]) => (text.includes(value) ? [`${name} in ${where}`] : []))
  )
  expect(leaks).toEqual([])
})

it('starts on secured servers that run already, with STACK=external', async () => {
  const { stack, services, settings, addresses } = pipeline
  await Promise.all([...services.values()].map(service => service.stop()))
  // A folder that the workers may read, because the connector's password is in it.
  const dir = join(settings.dir, 'secrets/connect/external')
  const names = Object.keys(addresses).filter(name => /^(KAFKA_S|NODE_EXTRA|CONNECT_DEFAULTS|MYSQL_TLS)/.test(name))
  const variables = Object.fromEntries(names.map(name => [name, addresses[name] ?? '']))
  const { kafka, connect } = stack
  const mysqlServer = { ...stack.mysql, passwordFile: join(settings.dir, 'secrets/root') }
  const { secure: _, ...others } = settings
  const external = { mysql: mysqlServer, kafka, connect, variables }
  const starter = runScript('scripts/start.ts', { ...others, dir, external })
  try {
    await starter.says(/Stop with Ctrl-C/, 240_000)
    const { body } = await post(local('order-service', '/order'), { name: 'joon', quantity: 95 })
    await eventually(async () =>
      expect((await get(local('delivery-service', `/deliveries/${body.id}`))).status).toBe(200)
    )
    const status = runScript('scripts/status.ts', { ...others, dir, external })
    expect(await status.ended(), status.output()).toBe(0)
  } finally {
    starter.child.kill('SIGTERM')
    await starter.ended()
  }
})

const pages = (): readonly string[] => [
  ...[
    '/',
    '/api/about',
    '/api/flow',
    '/api/orders',
    '/api/topics',
    '/api/groups',
    '/api/connectors',
    '/api/parked'
  ].map(path => local('console', path)),
  ...['/api/connectors/orders-connector', '/api/groups/delivery-service', `/api/topics/${topic()}`].map(path =>
    local('console', path)
  ),
  ...['/health', '/metrics', '/health/live'].map(path => local('keeper', path)),
  ...['order-service', 'delivery-service'].flatMap(name =>
    ['/health/ready', '/health/live', '/metrics', '/docs'].map(path => local(name, path))
  )
]

const topic = () => pipeline.settings.system.hops[0].topic

const connectPaths = [
  '/',
  '/connectors?expand=info&expand=status',
  '/connectors/orders-connector/config',
  '/connectors/orders-connector/tasks',
  '/connectors/orders-connector/offsets',
  '/admin/loggers',
  '/connector-plugins'
]

const secret = (name: string) => readFile(join(pipeline.settings.dir, 'secrets', name), 'utf8')
const connectLogin = async () => `connect-admin:${await secret('connect-admin')}`

/** Every password, and a line of each key. */
async function allSecrets(): Promise<ReadonlyMap<string, string>> {
  const files = await filesIn(join(pipeline.settings.dir, 'secrets'))
  const found = files.map(async file => {
    if (/\.(properties|conf|p12)$|\/ca\.pem$/.test(file)) return []
    const text = await readFile(file, 'utf8')
    return [[file, file.endsWith('.pem') ? (text.split('\n')[5] ?? '') : text] as const]
  })
  return new Map((await Promise.all(found)).flat())
}

async function filesIn(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

type Security = Parameters<typeof kafkajsSecurity>[0]

const clientOf = (security: Security) =>
  new Kafka({
    brokers: [...pipeline.stack.kafka.brokers],
    ...kafkajsSecurity(security),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 5_000,
    retry: { retries: 0 }
  })

async function topicsOf(security: Security): Promise<readonly string[]> {
  const admin = clientOf(security).admin()
  try {
    await admin.connect()
    return await admin.listTopics()
  } finally {
    await admin.disconnect()
  }
}

function askConnect(
  path: string,
  auth: string
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  const options = { ca: pipeline.stack.security?.ca, agent: false, ...(auth === '' ? {} : { auth }) }
  return new Promise((resolve, reject) => {
    const sent = request(`https://127.0.0.1:${pipeline.settings.ports.connect}${path}`, options, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', chunk => void (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode, text }))
    })
    sent.on('error', reject).end()
  })
}
