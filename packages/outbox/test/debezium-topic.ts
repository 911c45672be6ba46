import { randomInt } from 'node:crypto'
import { Kafka } from 'kafkajs'
import {
  applyConnector,
  type BinlogPosition,
  type ConnectorFile,
  createConnectApi,
  readConnectorFile
} from '@outbox-cdc/connectctl'
import { createTopics } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { type TestDatabase, uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import { type AggregateId, type KafkaRecord, kafkajsClient } from '../src/index.ts'
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** The topic into which Debezium streams a database's outbox, by the connector file that production uses. */
export type DebeziumTopic = {
  readonly name: string
  /** All records of a key, once there are `count`. */
  recordsOf(aggregateId: AggregateId, count: number): Promise<readonly KafkaRecord[]>
  remove(): Promise<void>
}

export async function streamOutbox(
  database: TestDatabase,
  connector = 'orders-connector.json'
): Promise<DebeziumTopic> {
  const { kafka, connect, mysql } = useStack()
  const server = uniqueName('server')
  const name = `${server}.${database.name}.outbox`
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: 0 }).admin()
  await admin.connect()
  await createTopics(admin, [{ topic: name, numPartitions: 3 }])
  await admin.disconnect()
  const api = createConnectApi({ url: connect.url })
  const file = await connectorFor(database, server)
  await applyConnector(api, file, { startAt: () => recordedPosition(database) })
  const client = kafkajsClient({ brokers: kafka.brokers, clientId: 'debezium-topic', logger: silent })
  return {
    name,
    recordsOf: (aggregateId, count) =>
      eventually(async () => {
        const all = await readAll(client, name)
        const records = all.filter(({ key }) => idIn(String(key)) === aggregateId)
        if (records.length < count) throw new Error(`${records.length} of ${count} records have come`)
        return records
      }),
    async remove() {
      await api.request('DELETE', `/connectors/${file.name}`)
      await client.close()
    }
  }

  async function connectorFor({ name: schema }: TestDatabase, prefix: string): Promise<ConnectorFile> {
    const path = new URL(`../../../connect-config/${connector}`, import.meta.url).pathname
    const environment = {
      MYSQL_HOST: mysql.host,
      MYSQL_PORT: String(mysql.port),
      KAFKA_BROKERS: kafka.brokers.join(','),
      CONNECT_SECRETS_DIR: '/dev/null'
    }
    const file = await readConnectorFile(path, environment)
    const renamed = Object.entries(file.config).map(([key, value]) => [
      key,
      value.replaceAll('orders_server', prefix).replaceAll(/\borders\b/g, schema)
    ])
    const own = {
      'database.user': 'root',
      'database.password': mysql.rootPassword,
      'database.server.id': String(randomInt(10_000, 2_000_000_000))
    }
    return { name: prefix, config: { ...Object.fromEntries(renamed), ...own } }
  }
}

/** The id in a key, with Connect's schema around it or without. */
function idIn(key: string): unknown {
  const { payload, event_id: bare } = JSON.parse(key) as { payload?: { event_id: unknown }; event_id?: unknown }
  return payload?.event_id ?? bare
}

async function recordedPosition({ db }: TestDatabase): Promise<BinlogPosition> {
  const row = await db('outbox_position').first()
  return { file: row.binlog_file, position: row.binlog_position, gtidSet: row.gtid_set }
}

async function readAll(client: ReturnType<typeof kafkajsClient>, topic: string): Promise<readonly KafkaRecord[]> {
  const marks = await client.watermarks(topic)
  const window = new Map([...marks].map(([partition, { low, high }]) => [partition, { from: low, to: high }]))
  const records: KafkaRecord[] = []
  await client.read({ topic, window, onRecords: async (_, some) => void records.push(...some) })
  return records.toSorted((a, b) => a.partition - b.partition || Number(a.offset - b.offset))
}
