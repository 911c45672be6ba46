import { randomUUID } from 'node:crypto'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { until } from '../connect/connector-states.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { itemsOf } from '../settings/captured-tables.ts'
import { engineOf } from '../settings/engine.ts'
import { type KafkaCluster, kafkaRefusal, quietKafka, withAdmin } from '../kafka/kafka.ts'

export type SnapshotRequest = {
  readonly config: ConnectorConfig
  readonly kafka: KafkaCluster
  /** Such as `orders.outbox`. */
  readonly tables: readonly string[]
  readonly timeoutMs: number
  /** Rejects once the connector can't read the signal any more. */
  readonly requireRunning: () => Promise<void>
}

const notOnPostgres =
  "snapshot is for MySQL only. An outbox's rows are gone before a snapshot could read them: send missing events again " +
  '(docs/runbook.md#slot-lost). For rows of another table, apply a connector with snapshot.mode=initial and a slot of its own'

/** Debezium reads only this partition of a signal topic. */
const signalPartition = 0

/**
 * Requests an incremental snapshot by a signal, and resolves to the signal's id when the connector has read it. Debezium
 * doesn't answer signals, so this waits for the offset that its consumer commits. A signal that isn't read in time isn't
 * lost: it stays in the topic until the connector reads it.
 */
export async function requestSnapshot(request: SnapshotRequest): Promise<string> {
  const { config, kafka, timeoutMs, requireRunning } = request
  if (engineOf(config) !== 'MySQL')
    throw new ConnectctlError('CONFIG_INVALID', `The connector reads ${engineOf(config)}: ${notOnPostgres}`)
  const topic = signalTopic(config)
  const groupId = config['signal.consumer.group.id'] ?? config['signal.kafka.groupId'] ?? 'kafka-signal'
  const id = randomUUID()
  await withAdmin(
    kafka,
    async admin => {
      if (!(await admin.listTopics()).includes(topic))
        throw new ConnectctlError('NOT_FOUND', `There is no topic ${topic}: create it with one partition`)
      const offset = await send(topic, id, request)
      const isRead = async () => {
        await requireRunning()
        const [group] = await admin.fetchOffsets({ groupId, topics: [topic] })
        const committed = group?.partitions.find(({ partition }) => partition === signalPartition)?.offset ?? '-1'
        return BigInt(committed) > offset
      }
      const complaint =
        `The connector has not read the signal within ${timeoutMs / 1000} s (${topic}, partition ${signalPartition}, ` +
        `offset ${offset}); it stays there and is read when the connector reads signals again: connectctl restart`
      await until(isRead, () => complaint, timeoutMs)
    },
    { timeoutMs, group: groupId, right: 'DESCRIBE' }
  )
  return id
}

function signalTopic(config: ConnectorConfig): string {
  const topic = config['signal.kafka.topic']
  const channels = itemsOf(config['signal.enabled.channels'])
  if (channels.includes('kafka') && topic !== undefined) return topic
  throw new ConnectctlError(
    'CONFIG_INVALID',
    'The connector reads no signals: it needs signal.enabled.channels=kafka, signal.kafka.topic, ' +
      'signal.kafka.bootstrap.servers and, to write nothing into MySQL, read.only=true'
  )
}

async function send(topic: string, id: string, { config, kafka, tables }: SnapshotRequest): Promise<bigint> {
  const producer = quietKafka(kafka).producer()
  await producer.connect()
  try {
    const data = { type: 'INCREMENTAL', 'data-collections': tables }
    const value = JSON.stringify({ id, type: 'execute-snapshot', data })
    const message = { key: config['topic.prefix'] ?? '', value, partition: signalPartition }
    const [written] = await producer.send({ topic, messages: [message] })
    return BigInt(written?.baseOffset ?? 0)
  } catch (error) {
    throw await kafkaRefusal(error, kafka, { topic, right: 'WRITE' })
  } finally {
    await producer.disconnect()
  }
}
