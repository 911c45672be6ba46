import type { Admin } from 'kafkajs'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { error, type Finding } from '../settings/finding.ts'
import { topicsOf } from '../settings/topics.ts'
import { type KafkaCluster, withAdmin } from '../kafka/kafka.ts'

// The ConfigResourceTypes of kafkajs cannot be imported by name from a module.
const brokerResource = 4
const key = 'topic.creation.default.partitions'

/** The topics that a connector will write, that Kafka doesn't have, and that nothing will create. */
export function missingTopics(config: ConnectorConfig, kafka: KafkaCluster): Promise<readonly string[]> {
  const look = async (admin: Admin) => {
    const existing = await admin.listTopics()
    const missing = topicsOf(config).filter(topic => !existing.includes(topic))
    return missing.length === 0 || (await createsTopics(admin)) ? [] : missing
  }
  return config[key] === undefined ? withAdmin(kafka, look, { retries: 1 }) : Promise.resolve([])
}

/** Whether the brokers create a topic when a producer writes to it. */
async function createsTopics(admin: Admin): Promise<boolean> {
  const { brokers } = await admin.describeCluster()
  const name = String(brokers[0]?.nodeId ?? 0)
  const resources = [{ type: brokerResource, name, configNames: ['auto.create.topics.enable'] }]
  const { resources: found } = await admin.describeConfigs({ includeSynonyms: false, resources })
  return found[0]?.configEntries[0]?.configValue === 'true'
}

export const createThem = `create them, or let Connect do it: ${key} and topic.creation.default.replication.factor`

/** Checked before anything is sent, because the producer of a running task waits without end for such a topic. */
export async function checkTopics(config: ConnectorConfig, kafka: KafkaCluster): Promise<readonly Finding[]> {
  if (kafka.brokers.length === 0) return []
  // That Kafka can't be reached from here is a finding about the schema history.
  const missing = await missingTopics(config, kafka).catch(() => [])
  return missing.length === 0
    ? []
    : [error(key, `is missing, and so are the topics ${missing.join(', ')}: ${createThem}`)]
}
