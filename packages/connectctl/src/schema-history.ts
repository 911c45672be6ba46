import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectorConfig } from './connect-api.ts'
import { brokersOf, withAdmin } from './kafka.ts'

// The ConfigResourceTypes of kafkajs cannot be imported by name from a module.
const topicResource = 2
const topicKey = 'schema.history.internal.kafka.topic'

/** Removes the connector's schema history; Debezium makes it anew, with infinite retention, in recovery mode. */
export async function deleteSchemaHistory(config: ConnectorConfig): Promise<void> {
  const topic = config[topicKey] ?? ''
  await withAdmin(brokersOf(config, {}), async admin => {
    if (!(await admin.listTopics()).includes(topic)) return
    await admin.deleteTopics({ topics: [topic] })
    for (let waited = 0; waited < 10_000 && (await admin.listTopics()).includes(topic); waited += 100) await sleep(100)
  })
}

export type HistoryTopic = { readonly topic: string; readonly exists: boolean; readonly retentionMs?: number }

/** Whether the history exists, and how long its records live. */
export async function inspectSchemaHistory(config: ConnectorConfig, brokers: readonly string[]): Promise<HistoryTopic> {
  const topic = config[topicKey] ?? ''
  return withAdmin(brokers, async admin => {
    if (!(await admin.listTopics()).includes(topic)) return { topic, exists: false }
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: topicResource, name: topic, configNames: ['retention.ms'] }]
    })
    const value = resources[0]?.configEntries.find(entry => entry.configName === 'retention.ms')?.configValue
    return { topic, exists: true, retentionMs: Number(value) }
  })
}
