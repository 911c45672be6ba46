import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type ConnectorConfig, readConnectorFile } from '@outbox-cdc/connectctl'
import { createOutbox, createOutboxTables, defineEvent, type OutboxStore } from '@outbox-cdc/outbox'
import { messageStore } from '@outbox-cdc/outbox/message'
import { root } from '@outbox-cdc/pipeline'
import { nowMicros } from '@outbox-cdc/test-support/load/order-load'
import knex, { type Knex } from 'knex'
import { z } from 'zod'
import type { Lab } from '../lab/lab.ts'

/** A way from a transaction of a service to a record in Kafka. */
export type WriterPath = {
  readonly name: string
  readonly title: string
  readonly engine: 'mysql' | 'postgres'
  readonly ids: 'integer' | 'string'
  readonly store?: OutboxStore
  /** In connect-config. */
  readonly connector: string
  /** The topic of the aggregate instead of the table's. */
  readonly routed?: true
}

const onMysql = { engine: 'mysql', ids: 'integer', connector: 'orders-connector.json' } as const
const onPostgres = { engine: 'postgres', ids: 'integer', connector: 'postgres/orders-connector.json' } as const

export const writerPaths: readonly WriterPath[] = [
  { ...onMysql, name: 'mysql', title: 'MySQL, table, integer ids (as npm start)' },
  { ...onMysql, name: 'mysql_strings', title: 'MySQL, table, string ids (UUID)', ids: 'string' },
  {
    ...onMysql,
    name: 'mysql_routed',
    title: 'MySQL, table, Outbox Event Router',
    connector: 'routed/orders-connector.ts',
    routed: true
  },
  { ...onPostgres, name: 'postgres', title: 'PostgreSQL, table' },
  {
    ...onPostgres,
    name: 'postgres_message',
    title: 'PostgreSQL, message',
    store: messageStore,
    connector: 'postgres-message/orders-connector.ts'
  }
]

export type Written = { readonly messageId: string; readonly sent: number; readonly done: number }

export type OpenPath = {
  readonly topic: string
  readonly config: ConnectorConfig
  /** One transaction: an INSERT and its event. Times in microseconds since 1970, from when its COMMIT was sent. */
  readonly write: () => Promise<Written>
  readonly close: () => Promise<void>
}

const aggregate = { name: 'purchased', aggregate: 'purchase', version: 1 } as const
const payload = z.object({ name: z.string(), quantity: z.number() })
const purchased = {
  integer: defineEvent({ ...aggregate, payload }),
  string: defineEvent({ ...aggregate, payload, aggregateId: 'string' })
}

/** Makes a database of its own for the path, with its tables, and on PostgreSQL its publication and its slot. */
export async function openPath(lab: Lab, path: WriterPath, connections: number): Promise<OpenPath> {
  const database = `bench_${path.name}`
  const db = await servers[path.engine](lab, database, connections)
  const { ids, store } = path
  await db.schema.createTable('purchase', table => {
    if (ids === 'string') table.string('id', 36).primary()
    else table.increments('id')
    table.string('name').notNullable()
    table.integer('quantity').notNullable()
  })
  await createOutboxTables(db, { aggregateId: ids, publication: database, store: store?.name })
  if (path.engine === 'postgres') await readyForDebezium(db, database)
  const outbox = createOutbox({ store })
  const about = { aggregateVersion: 1, payload: { name: 'joon', quantity: 95 } }

  async function insert(trx: Knex.Transaction) {
    if (ids === 'string') {
      const id = randomUUID()
      await trx('purchase').insert({ id, ...about.payload })
      return purchased.string({ ...about, aggregateId: id })
    }
    const insertion = trx('purchase').insert(about.payload)
    const [made] = path.engine === 'mysql' ? await insertion : await insertion.returning('id')
    return purchased.integer({ ...about, aggregateId: typeof made === 'number' ? made : made.id })
  }

  return {
    topic: topicOf(path, database),
    config: await configOf(lab, path, database),
    async write() {
      let sent = 0
      const messageId = await db.transaction(async trx => {
        const event = await insert(trx)
        await outbox.append(trx, event)
        sent = nowMicros()
        return event.messageId
      })
      return { messageId, sent, done: nowMicros() }
    },
    close: () => db.destroy()
  }
}

function topicOf({ engine, routed }: WriterPath, database: string): string {
  if (routed === true) return `${database}.purchase`
  return engine === 'mysql' ? `${database}.${database}.outbox` : `${database}.public.outbox`
}

/** The connector of connect-config, for another database, under other names. */
async function configOf({ addresses }: Lab, { connector }: WriterPath, database: string): Promise<ConnectorConfig> {
  const { config } = await readConnectorFile(join(root, 'connect-config', connector), addresses)
  const renamed = Object.entries(config).map(([key, value]) => [
    key,
    value
      .replaceAll(/orders_(server|outbox)/g, database)
      .replaceAll(/\borders(\\?\.)(outbox|\$\{|\.\*)/g, (_, dot: string, what: string) => `${database}${dot}${what}`)
  ])
  const own =
    config['database.dbname'] === undefined
      ? {
          'database.server.id': String(2_000 + database.length),
          'database.include.list': database,
          'table.include.list': `${database}.outbox`,
          'schema.history.internal.kafka.topic': `schema_changes.${database}`,
          'snapshot.mode': 'no_data'
        }
      : { 'database.dbname': database }
  return { ...Object.fromEntries(renamed), ...own }
}

const servers = {
  async mysql({ db, stack }: Lab, database: string, connections: number): Promise<Knex> {
    await db.query(`CREATE DATABASE ${database}; GRANT SELECT ON ${database}.* TO debezium@'%'`)
    const { host, port, rootPassword: password } = stack.mysql ?? missing('MySQL')
    const connection = { host, port, user: 'root', password, database, timezone: 'Z' }
    return knex({ client: 'mysql2', connection, pool: { min: connections, max: connections } })
  },
  async postgres({ stack }: Lab, database: string, connections: number): Promise<Knex> {
    const server = { ...(stack.postgres ?? missing('PostgreSQL')), user: 'postgres' }
    const admin = knex({ client: 'pg', connection: { ...server, database: 'postgres' }, pool: { min: 0, max: 1 } })
    await admin.raw('CREATE DATABASE ??', [database])
    await admin.destroy()
    const pool = { min: connections, max: connections }
    return knex({ client: 'pg', connection: { ...server, database }, pool })
  }
}

async function readyForDebezium(db: Knex, database: string): Promise<void> {
  await db.raw('GRANT SELECT ON ALL TABLES IN SCHEMA public TO debezium')
  await db.raw('SELECT pg_create_logical_replication_slot(?, ?)', [database, 'pgoutput'])
}

function missing(server: string): never {
  throw new Error(`The bench has no ${server}`)
}
