import { join } from 'node:path'
import { createOutbox, type Outbox } from '@outbox-cdc/outbox'
import { blackholeStore } from '@outbox-cdc/outbox/blackhole'
import { messageStore } from '@outbox-cdc/outbox/message'
import knex, { type Knex } from 'knex'
import { type Part, freePort } from '@outbox-cdc/stack'
import {
  type NodeProcess,
  createNodePart,
  serviceProcesses,
  supervise,
  surroundingsOf,
  urlFor
} from '@outbox-cdc/pipeline'
import { type TestPipeline, startTestPipeline } from '../../support/test-pipeline.ts'
import type { Tried } from '../oracle/evidence.ts'
import { mountSmallDisks } from './small-disks.ts'
import { createObserverTables } from './observer-tables.ts'

export type Topology = {
  readonly brokers?: 1 | 2 | 3
  readonly workers?: 1 | 2
  /** `message` with the writer `postgres` only. */
  readonly outboxStore?: keyof typeof stores
  /** The database of the orders and of the ledger's writer: PostgreSQL, or MySQL when left out. */
  readonly writer?: 'postgres'
  /** Of each Connect worker; 512 when left out. */
  readonly connectHeapMb?: number
  /** MySQL and Kafka each write to a small file system of their own. */
  readonly smallDisks?: boolean
  /** The time zone of every process; the machine's own when left out. */
  readonly timeZone?: string
}

const stores = { delete: undefined, blackhole: blackholeStore({ writer: 1 }), message: messageStore } as const

/** A whole supervised pipeline, as `npm start` runs it, with the oracle's tables and the means to break it. */
export type Lab = {
  readonly topology: Topology
  readonly pipeline: TestPipeline
  /** MySQL, as root. */
  readonly db: Knex
  /** The database of the writers: the same, or PostgreSQL. */
  readonly source: Knex
  readonly topic: string
  /** Writes events as the order service does. */
  readonly outbox: Outbox
  /** Every order that clients sent in this lab so far. */
  readonly history: Tried[]
  part(name: string): Part
  /** One more process of a service, on a port of its own; not supervised. */
  startReplica(service: 'order-service' | 'delivery-service', env?: Record<string, string>): Promise<Replica>
  /** With passwords. */
  deliveriesUrl(): Promise<string>
  ordersUrl(): Promise<string>
  close(): Promise<void>
}

export type Replica = Part & { readonly url: string }

export async function startLab(topology: Topology): Promise<Lab> {
  const { timeZone, smallDisks = false, writer, outboxStore, ...wishes } = topology
  const restoreZone = setTimeZone(timeZone)
  const disks = smallDisks ? { prepareDir: mountSmallDisks } : {}
  const file = outboxStore === 'message' ? 'message-system' : 'system'
  const system =
    writer === undefined ? { outboxStore: onMysql(outboxStore) } : { system: `test/resilience/postgres/${file}.ts` }
  const pipeline = await startTestPipeline({ ...wishes, ...disks, ...system, revive: true })
  const db = connect(pipeline, writer === undefined ? 'orders' : 'deliveries')
  const source = writer === undefined ? db : connectToPostgres(pipeline)
  const replicas: Part[] = []
  const ends: (() => unknown)[] = []
  const close = async () => {
    for (const end of ends) end()
    await Promise.all(replicas.map(part => part.stop()))
    await db.destroy()
    if (source !== db) await source.destroy()
    await pipeline.stop()
    restoreZone()
  }
  try {
    await createObserverTables({ db, source })
    const ledger = createNodePart(await ledgerProcess(pipeline), partOptions(pipeline))
    replicas.push(ledger)
    await ledger.start()
    const supervision = supervise(ledger, line => void (pipeline.logs as string[]).push(line))
    ends.push(() => supervision.stop())
    return {
      topology,
      pipeline,
      db,
      source,
      topic: pipeline.settings.system.hops[0].topic,
      outbox: createOutbox({ store: stores[outboxStore ?? 'delete'] }),
      history: [],
      part: name => find(name, pipeline, ledger),
      deliveriesUrl: () => deliveriesUrl(pipeline),
      ordersUrl: () => urlFor('order_service', 'orders', secretsOf(pipeline)),
      async startReplica(service, env = {}) {
        const replica = await createReplica(pipeline, service, env)
        replicas.push(replica)
        await replica.start()
        return replica
      },
      close
    }
  } catch (error) {
    await close()
    throw error
  }
}

function onMysql(store: Topology['outboxStore']): 'delete' | 'blackhole' | undefined {
  if (store === 'message') throw new Error('The store message needs the writer postgres')
  return store
}

/** Processes inherit it. */
function setTimeZone(zone: string | undefined): () => void {
  const before = process.env['TZ']
  if (zone !== undefined) process.env['TZ'] = zone
  return () => {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
}

function connect({ stack }: TestPipeline, database: string): Knex {
  const { host, port, rootPassword: password } = stack.mysql
  return knex({
    client: 'mysql2',
    connection: { host, port, user: 'root', password, database, timezone: 'Z', connectTimeout: 2_000 },
    pool: { min: 0, max: 16 },
    acquireConnectionTimeout: 30_000,
    log: quiet
  })
}

function connectToPostgres({ stack }: TestPipeline): Knex {
  if (stack.postgres === undefined) throw new Error('The pipeline has no PostgreSQL')
  const limits = { connectionTimeoutMillis: 2_000, query_timeout: 10_000 }
  return knex({
    client: 'pg',
    connection: { ...stack.postgres, user: 'postgres', database: 'orders', ...limits },
    pool: { min: 0, max: 16 },
    acquireConnectionTimeout: 30_000,
    log: quiet
  })
}

// Tests take the databases away.
const quiet = { warn: () => undefined, error: () => undefined }

function find(name: string, { stack, services }: TestPipeline, ledger: Part): Part {
  return name === 'ledger' ? ledger : (services.get(name) ?? stack.part(name))
}

function partOptions({ settings, logs }: TestPipeline) {
  return { dir: settings.dir, onLog: (name: string, line: string) => void (logs as string[]).push(`${name} ${line}`) }
}

function deliveriesUrl(pipeline: TestPipeline): Promise<string> {
  return urlFor('delivery_service', 'deliveries', secretsOf(pipeline))
}

const secretsOf = ({ settings, stack }: TestPipeline) => ({
  system: settings.system,
  stack,
  secretsDir: join(settings.dir, 'secrets')
})

async function ledgerProcess(pipeline: TestPipeline): Promise<NodeProcess> {
  const { stack } = pipeline
  const port = await freePort()
  return {
    name: 'ledger',
    file: 'test/resilience/ledger/ledger-main.ts',
    env: {
      HTTP_PORT: String(port),
      MYSQL_URL: await deliveriesUrl(pipeline),
      KAFKA_BROKERS: stack.kafka.brokers.join(),
      KAFKA_TOPIC: pipeline.settings.system.hops[0].topic
    },
    readyUrl: `http://127.0.0.1:${port}/`
  }
}

async function createReplica(pipeline: TestPipeline, service: string, env: Record<string, string>): Promise<Replica> {
  const { settings, stack, addresses } = pipeline
  const around = { ...surroundingsOf(settings, stack, addresses), ports: settings.ports }
  const spec = (await serviceProcesses(around)).find(({ name }) => name === service)
  if (spec === undefined) throw new Error(`There is no service ${service}`)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const part = createNodePart(
    {
      ...spec,
      name: `${service}-${port}`,
      env: { ...spec.env, HTTP_PORT: String(port), ...env },
      readyUrl: `${url}/health/ready`
    },
    partOptions(pipeline)
  )
  return { ...part, url }
}
