import type { Admin } from 'kafkajs'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { until } from '../connect/connector-states.ts'
import { warning } from '../settings/finding.ts'
import { type KafkaCluster, topicSettings, withAdmin } from './kafka.ts'

const topicKey = 'schema.history.internal.kafka.topic'

/** Removes the connector's schema history; Debezium rebuilds it in recovery mode, with infinite retention. */
export async function deleteSchemaHistory(
  config: ConnectorConfig,
  kafka: KafkaCluster,
  timeoutMs = 60_000
): Promise<void> {
  const topic = config[topicKey] ?? ''
  await withAdmin(
    kafka,
    async admin => {
      const isGone = async () => !(await admin.listTopics()).includes(topic)
      if (await isGone()) return
      await admin.deleteTopics({ topics: [topic] })
      await until(isGone, () => `Kafka did not delete ${topic} within ${timeoutMs / 1000} s`, timeoutMs)
    },
    { timeoutMs, topic, right: 'DELETE' }
  )
}

/** Whether the history exists, and `forgets`, the settings that would delete its records: there must be none. */
export function inspectSchemaHistory(config: ConnectorConfig, kafka: KafkaCluster) {
  const topic = config[topicKey] ?? ''
  const look = async (admin: Admin) => {
    const entries = await topicSettings(admin, topic, Object.keys(harmless))
    if (entries === undefined) return { topic, exists: false, forgets: [] }
    return { topic, exists: true, forgets: forgettingIn(entries.map(e => [e.configName, e.configValue])) }
  }
  return withAdmin(kafka, look, { retries: 1, topic, right: 'DESCRIBE_CONFIGS' }) // don't wait long for brokers that only the worker can reach
}

const longestRetentionMs = 10 * 365 * 24 * 3_600_000
const harmless: Readonly<Record<string, (value: string) => boolean>> = {
  'retention.ms': value => Number(value) < 0 || Number(value) > longestRetentionMs,
  'retention.bytes': value => Number(value) < 0,
  'cleanup.policy': value => value === 'delete' || value === ''
}

/** What to do with a history that forgets. */
export const remedy = 'set retention.ms and retention.bytes to -1, cleanup.policy to delete'

export function forgettingIn(settings: readonly (readonly [string, string])[]): readonly string[] {
  return settings.filter(([key, value]) => harmless[key]?.(value) === false).map(([key, value]) => `${key}=${value}`)
}

/** Checked before anything is sent, because a connector runs with an expired history until its next start. */
export async function checkSchemaHistory(config: ConnectorConfig, kafka: KafkaCluster) {
  if (config[topicKey] === undefined || kafka.brokers.length === 0) return []
  try {
    const { topic, forgets } = await inspectSchemaHistory(config, kafka)
    if (forgets.length === 0) return []
    return [warning(topicKey, `${topic} has ${forgets.join(', ')}: it forgets what a restart needs; ${remedy}`)]
  } catch (cause) {
    const why = `cannot be looked at from here, in Kafka at ${kafka.brokers.join()}: ${(cause as Error).message}`
    return [warning(topicKey, why)]
  }
}
