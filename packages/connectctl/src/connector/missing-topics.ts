import type { Admin } from 'kafkajs'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { error, type Finding, warning } from '../settings/finding.ts'
import { topicsOf } from '../settings/topics.ts'
import { type KafkaCluster, topicSettings, withAdmin } from '../kafka/kafka.ts'

// The ConfigResourceTypes of kafkajs cannot be imported by name from a module.
const brokerResource = 4
const key = 'topic.creation.default.partitions'

/** `unseen` topics are missing, or Kafka doesn't say so to this principal. */
type Lacking = { readonly missing: readonly string[]; readonly unseen: readonly string[] }

/** The topics that a connector will write, that Kafka doesn't have, and that nothing will create. */
export async function missingTopics(config: ConnectorConfig, kafka: KafkaCluster): Promise<Lacking> {
  const look = async (admin: Admin): Promise<Lacking> => {
    const listed = await admin.listTopics()
    const absent = topicsOf(config).filter(topic => !listed.includes(topic))
    const unseen: string[] = []
    for (const topic of absent) if (!(await isMissing(admin, topic))) unseen.push(topic)
    const missing = absent.filter(topic => !unseen.includes(topic))
    return { missing: missing.length === 0 || (await createsTopics(admin)) ? [] : missing, unseen }
  }
  if (config[key] !== undefined) return { missing: [], unseen: [] }
  return withAdmin(kafka, look, { retries: 1, right: 'DESCRIBE_CONFIGS' })
}

/** A list of topics leaves out those that the principal may not see. */
async function isMissing(admin: Admin, topic: string): Promise<boolean> {
  try {
    return (await topicSettings(admin, topic, ['retention.ms'])) === undefined
  } catch (error) {
    if ((error as { type?: string }).type === 'TOPIC_AUTHORIZATION_FAILED') return false
    throw error
  }
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

export const unseenTopics = (topics: readonly string[]) =>
  `connectctl sees no topic ${topics.join(', ')}: it is missing, or the principal lacks DESCRIBE on it`

/** Checked before anything is sent, because the producer of a running task waits without end for such a topic. */
export async function checkTopics(config: ConnectorConfig, kafka: KafkaCluster): Promise<readonly Finding[]> {
  if (kafka.brokers.length === 0) return []
  // That Kafka can't be reached from here is a finding about the schema history.
  const { missing, unseen } = await missingTopics(config, kafka).catch(() => ({ missing: [], unseen: [] }))
  return [
    ...(missing.length === 0
      ? []
      : [error(key, `is missing, and so are the topics ${missing.join(', ')}: ${createThem}`)]),
    ...(unseen.length === 0 ? [] : [warning(key, `is missing, and ${unseenTopics(unseen)}`)])
  ]
}
