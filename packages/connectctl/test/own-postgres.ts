import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createOutboxTables } from '@outbox-cdc/outbox'
import { freePort, type Stack, startStack } from '@outbox-cdc/stack'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import knex, { type Knex } from 'knex'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { createConnectApi } from '../src/connect/connect-api.ts'
import { readConnectorFile } from '../src/connector/connector-file.ts'
import { startKeeper } from '../src/keep/keeper.ts'
import { runConnectctl } from './run-connectctl.ts'

const folder = join(import.meta.dirname, '../../../connect-config')
const ours = {
  table: join(folder, 'postgres/orders-connector.json'),
  message: join(folder, 'postgres-message/orders-connector.ts')
}

/** A PostgreSQL of this file alone: what it does to slots would hit those of other tests. Kafka and Connect are shared. */
export function startOwnPostgres(): Promise<Stack> {
  return startStack({ dir: join(useStack().secretsDir, `../${uniqueName('postgres')}`), parts: ['postgres'] })
}

export type PostgresConnector = Awaited<ReturnType<typeof ownPostgresConnector>>

/** A connector like the repository's for PostgreSQL, with its own names, accounts and database. */
export async function ownPostgresConnector({ postgres }: Stack, store: keyof typeof ours = 'table') {
  if (postgres === undefined) throw new Error('there is no PostgreSQL')
  const { kafka, connect, secretsDir } = useStack()
  const name = uniqueName('orders').replaceAll('-', '_')
  const password = `secret_of_${name}`
  const urlOf = (database: string, user = 'postgres', secret = postgres.password) =>
    `postgres://${user}:${secret}@${postgres.host}:${postgres.port}/${database}`
  const open = (database: string) => knex({ client: 'pg', connection: urlOf(database), pool: { min: 0, max: 5 } })
  const server = open('postgres')
  await server.raw('CREATE DATABASE ??', [name])
  const db = open(name)
  const api = createConnectApi({ url: connect.url })
  const dir = await tempFolder('connectctl')
  onTestFinished(async () => {
    await api.request('DELETE', `/connectors/${name}`, { orMissing: true })
    await db.destroy()
    await dropSlot(server, name)
    await server.raw('DROP DATABASE ?? WITH (FORCE)', [name])
    for (const role of [name, `${name}_keeper`]) await server.raw('DROP ROLE ??', [role])
    await server.destroy()
  })
  await writeFile(join(secretsDir, name), password, { mode: 0o600 })
  await db.raw(`CREATE ROLE ?? LOGIN REPLICATION PASSWORD '${password}'`, [name])
  await db.raw(`CREATE ROLE ?? LOGIN PASSWORD '${password}'`, [`${name}_keeper`])
  const migrate = async () => {
    await createOutboxTables(db, { publication: name, store: store === 'table' ? 'delete' : 'message' })
    await db.raw('GRANT SELECT ON ALL TABLES IN SCHEMA public TO ??', [name])
    await db.raw('GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO ??', [name])
    await db.raw('GRANT SELECT, INSERT, DELETE ON connect_heartbeat TO ??', [`${name}_keeper`])
  }
  await migrate()
  const environment = {
    POSTGRES_HOST: postgres.host,
    POSTGRES_PORT: String(postgres.port),
    KAFKA_BROKERS: kafka.brokers.join(),
    CONNECT_URL: connect.url,
    CONNECT_SECRETS_DIR: secretsDir,
    CONNECT_DIR: dir,
    KEEPER_URL: 'http://127.0.0.1:1'
  }
  const path = join(dir, `${name}.json`)

  async function configure(changes: Readonly<Record<string, string | undefined>>): Promise<void> {
    const { config } = await readConnectorFile(ours[store], environment)
    const text = JSON.stringify(config)
      .replaceAll(/orders_(server|outbox)/g, name)
      .replace(':debezium}', `:${name}}`)
    const own = { 'database.user': name, 'database.dbname': name }
    await writeFile(path, JSON.stringify({ ...(JSON.parse(text) as object), ...own, ...changes }, undefined, 2))
  }

  const connectctl = (...args: string[]) => runConnectctl(args, environment)

  await configure({})
  const file = () => readConnectorFile(path, environment)
  return {
    name,
    db,
    server,
    api,
    migrate,
    configure,
    connectctl,
    file,
    environment,
    urlOf,
    topic: `${name}.public.outbox`,
    insertEvent: (eventId: number) => insertEvent(db, eventId),
    dropSlot: () => dropSlot(server, name),
    readSlot: () => readSlot(urlOf(name), name),
    slot: async () => {
      const { rows } = await server.raw('SELECT * FROM pg_replication_slots WHERE slot_name = ?', [name])
      return rows[0] as { active: boolean; confirmed_flush_lsn: string; wal_status: string } | undefined
    },
    keeper: async (options: { readonly slotLagBytes?: number } = {}) => {
      const log: { readonly level: string; readonly message: string; readonly cause: unknown }[] = []
      const note = (level: string) => (fields: object, message: string) =>
        void log.push({ level, message, ...fields } as never)
      const port = await freePort()
      const keeper = await startKeeper({
        api: createConnectApi({ url: connect.url, retryForMs: 0, answerTimeoutMs: 5_000 }),
        files: [await file()],
        environment,
        accountFor: () => ({ user: `${name}_keeper`, password }),
        host: '127.0.0.1',
        port,
        everyMs: 500,
        redAfterMs: 5_000,
        jmxUrls: [],
        diskPaths: [],
        leastFreeBytes: 0,
        log: { info: note('info'), warn: note('warn'), error: note('error') },
        ...options
      })
      onTestFinished(() => keeper.stop())
      return { log, watched: () => keeper.watched()[0], metrics: () => textOf(`http://127.0.0.1:${port}/metrics`) }
    }
  }
}

const textOf = async (url: string) => (await fetch(url)).text()

async function insertEvent(db: Knex, eventId: number): Promise<void> {
  await db.transaction(async trx => {
    const columns = { event: 'order_created', event_id: eventId, payload: '{"name":"joon","quantity":95}' }
    const headers = { message_id: randomUUID(), aggregate: 'order', aggregate_version: 1, schema_version: 1 }
    const [row] = await trx('outbox')
      .insert({ ...columns, ...headers })
      .returning('id')
    await trx('outbox').where(row).delete()
  })
}

/** Reads the slot as another connector would, until it is told to leave. */
async function readSlot(connectionString: string, name: string): Promise<() => Promise<void>> {
  // Its types don't know this setting of libpq, which pg passes on.
  const client = new pg.Client({ connectionString, replication: 'database' } as pg.ClientConfig)
  await client.connect()
  const options = `"proto_version" '1', "publication_names" '${name}'`
  const reading = client.query(`START_REPLICATION SLOT "${name}" LOGICAL 0/0 (${options})`).catch(() => undefined)
  return async () => {
    await client.end()
    await reading
  }
}

/** A slot can only be dropped when its reader has left. */
async function dropSlot(server: Knex, name: string): Promise<void> {
  const ended = 'SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = ? AND active'
  await server.raw(ended, [name])
  await server.raw('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ?', [name])
}
