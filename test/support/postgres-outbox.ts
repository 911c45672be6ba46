import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createConnectApi, readConnectorFile, waitUntilRunning } from '@outbox-cdc/connectctl'
import { type AggregateIdKind, createOutboxTables, type OutboxTablesOptions } from '@outbox-cdc/outbox'
import { createTopics, withAdmin } from '@outbox-cdc/stack'
import knex, { type Knex } from 'knex'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { uniqueName, useStack } from './use-stack.ts'

const connectors = {
  delete: join(import.meta.dirname, '../../connect-config/postgres/orders-connector.json'),
  message: join(import.meta.dirname, '../../connect-config/postgres-message/orders-connector.ts')
}
export type Store = keyof typeof connectors

/** One event as a writer gives it to its store. */
export type WrittenEvent = {
  readonly event_id: number | string
  readonly payload: unknown
  readonly created_at: string
  readonly message_id: string
  readonly aggregate_version?: number
  readonly correlation_id?: string
}

export type PostgresOutbox = {
  readonly db: pg.Client
  readonly name: string
  readonly topic: string
  /** Publishes events in one transaction. */
  write(events: readonly WrittenEvent[], end?: 'COMMIT' | 'ROLLBACK'): Promise<void>
  /** Starts the connector of the repository, with names of its own, and waits until it runs. */
  startConnector(changes?: Readonly<Record<string, string>>): Promise<void>
  restartConnector(): Promise<void>
  /** How far the slot has confirmed, and how many bytes of WAL that is behind. */
  slot(): Promise<{ readonly confirmed: string; readonly behind: number }>
}

/** A database with an outbox of one store, a publication, and the slot that a connector reads; all is removed with the test. */
export async function usePostgresOutbox(
  store: Store,
  aggregateId: AggregateIdKind = 'integer'
): Promise<PostgresOutbox> {
  const { postgres, kafka, connect, secretsDir } = useStack()
  if (postgres === undefined) throw new Error('there is no PostgreSQL')
  const name = uniqueName('orders').replaceAll('-', '_')
  const { host, port, password } = postgres
  const connectTo = async (database: string) => {
    const client = new pg.Client({ host, port, user: 'postgres', password, database })
    await client.connect()
    return client
  }
  const admin = await connectTo('postgres')
  await admin.query(`CREATE DATABASE ${name}`)
  const db = await connectTo(name)
  const api = createConnectApi({ url: connect.url })
  onTestFinished(async () => {
    await api.request('DELETE', `/connectors/${name}`, { orMissing: true })
    await db.end()
    await endSlot(admin, name)
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await admin.query(`DROP ROLE ${name}`)
    await admin.end()
  })
  const writer = knex({ client: 'pg', connection: { host, port, user: 'postgres', password, database: name } })
  await migrate(writer, name, { store, aggregateId })
  await writer.destroy()
  const topic = `${name}.public.outbox`
  await withAdmin({ brokers: [...kafka.brokers] }, client => createTopics(client, [{ topic, numPartitions: 3 }]))
  await writeFile(join(secretsDir, name), 'of-this-test', { mode: 0o600 })

  return {
    db,
    name,
    topic,
    async write(events, end = 'COMMIT') {
      await db.query('BEGIN')
      for (const event of events) await writers[store](db, event)
      await db.query(end)
    },
    async startConnector(changes = {}) {
      const environment = {
        POSTGRES_HOST: host,
        POSTGRES_PORT: String(port),
        CONNECT_SECRETS_DIR: secretsDir
      }
      const { config } = await readConnectorFile(connectors[store], environment)
      const renamed = Object.entries(config).map(([key, value]) => [
        key,
        value.replaceAll(/orders_(server|outbox)/g, name).replace(':debezium}', `:${name}}`)
      ])
      const own = { 'database.user': name, 'database.dbname': name }
      const body = { ...Object.fromEntries(renamed), ...own, ...changes }
      await api.request('PUT', `/connectors/${name}/config`, { body })
      await waitUntilRunning(api, name, { settleMs: 2_000 })
    },
    async restartConnector() {
      await api.request('POST', `/connectors/${name}/restart?includeTasks=true`)
      await waitUntilRunning(api, name, { settleMs: 2_000 })
    },
    async slot() {
      const { rows } = await admin.query(
        `SELECT confirmed_flush_lsn::text AS confirmed, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::int AS behind
         FROM pg_replication_slots WHERE slot_name = $1`,
        [name]
      )
      return rows[0]
    }
  }
}

/** What a migration does once: the table of the store, the account, the publication, and the slot, so that no event is missed. */
async function migrate(db: Knex, name: string, outbox: OutboxTablesOptions): Promise<void> {
  await createOutboxTables(db, { ...outbox, publication: name })
  await db.raw(`CREATE ROLE ?? LOGIN REPLICATION PASSWORD 'of-this-test'`, [name])
  await db.raw('GRANT SELECT ON ALL TABLES IN SCHEMA public TO ??', [name])
  await db.raw("SELECT pg_create_logical_replication_slot(?, 'pgoutput')", [name])
}

const always = { event: 'order_created' }
const headers = { aggregate: 'order', schema_version: 1 }
const empty = { aggregate_version: null, correlation_id: null, causation_id: null, traceparent: null }

const writers: Readonly<Record<Store, (db: pg.Client, event: WrittenEvent) => Promise<void>>> = {
  async delete(db, { payload, ...event }) {
    const row = { ...always, ...headers, ...event, payload: JSON.stringify(payload) }
    const values = Object.keys(row).map((_, index) => `$${index + 1}`)
    const insert = `INSERT INTO outbox (${Object.keys(row).join()}) VALUES (${values.join()}) RETURNING id`
    const { rows } = await db.query(insert, Object.values(row))
    await db.query('DELETE FROM outbox WHERE id = $1', [rows[0].id])
  },
  // In ASCII: the transform reads the bytes in the character set of its JVM.
  async message(db, { event_id, payload, ...event }) {
    const row = { ...always, event_id, payload: JSON.stringify(payload), ...headers, ...empty, ...event }
    const content = JSON.stringify(row)
    const ascii = content.replace(/[\u0080-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    await db.query("SELECT pg_logical_emit_message(true, 'outbox', $1::text)", [ascii])
  }
}

/** A slot can only be dropped when its last reader has left. */
async function endSlot(admin: pg.Client, name: string): Promise<void> {
  const ended =
    'SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = $1 AND active'
  await admin.query(ended, [name])
  await admin.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [name])
}
