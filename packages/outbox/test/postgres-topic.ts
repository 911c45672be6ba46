import { createConnectApi, readConnectorFile, waitUntilRunning } from '@outbox-cdc/connectctl'
import { createTopics, withAdmin } from '@outbox-cdc/stack'
import { uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import type { Knex } from 'knex'
import type { AggregateIdKind } from '../src/index.ts'
import { type DebeziumTopic, topicReader } from './topic-reader.ts'

const files = { delete: 'postgres/orders-connector.json', message: 'postgres-message/orders-connector.ts' }

type Outbox = {
  readonly db: Knex
  /** Of the database, and of the slot that is made in it. */
  readonly name: string
  readonly store: keyof typeof files
  readonly aggregateId: AggregateIdKind
}

/** Streams an outbox of `createOutboxTables` by the connector file that production uses. */
export async function streamPostgres({ db, name, store, aggregateId }: Outbox): Promise<DebeziumTopic> {
  const { postgres, kafka, connect } = useStack()
  if (postgres === undefined) throw new Error('there is no PostgreSQL')
  await db.raw("SELECT pg_create_logical_replication_slot(?, 'pgoutput')", [name])
  const server = uniqueName('server')
  const topic = `${server}.public.outbox`
  await withAdmin({ brokers: [...kafka.brokers] }, client => createTopics(client, [{ topic, numPartitions: 3 }]))
  const { config } = await readConnectorFile(
    new URL(`../../../connect-config/${files[store]}`, import.meta.url).pathname,
    {
      POSTGRES_HOST: postgres.host,
      POSTGRES_PORT: String(postgres.port),
      CONNECT_SECRETS_DIR: '/dev/null'
    }
  )
  const renamed = Object.entries(config).map(([key, value]) => [key, value.replaceAll('orders_server', server)])
  const body: Record<string, string> = {
    ...Object.fromEntries(renamed),
    'database.user': 'postgres',
    'database.password': postgres.password,
    'database.dbname': name,
    'slot.name': name,
    'publication.name': 'outbox'
  }
  if (aggregateId === 'string') body['transforms'] = String(body['transforms']).replace(',types', '')
  const api = createConnectApi({ url: connect.url })
  await api.request('PUT', `/connectors/${server}/config`, { body })
  await waitUntilRunning(api, server, { settleMs: 2_000 })
  return topicReader(topic, async () => void (await api.request('DELETE', `/connectors/${server}`)))
}
