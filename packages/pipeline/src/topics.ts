import { kafkajsSecurity } from '@outbox-cdc/outbox/security'
import { type Stack, createTopics, withAdmin } from '@outbox-cdc/stack'
import type { System } from './system.ts'

/** Creates the topics that are missing and leaves the others as they are. */
export function ensureTopics({ topics }: System, { brokers, security = {} }: Stack['kafka']): Promise<void> {
  const config = { clientId: 'create-topics', brokers: [...brokers], ...kafkajsSecurity(security) }
  return withAdmin({ ...config, retry: { retries: 8 } }, async admin => {
    const existing = new Set(await admin.listTopics())
    const missing = topics
      .filter(({ name }) => !existing.has(name))
      .map(({ name, partitions, config }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: Math.min(3, brokers.length),
        configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value: String(value) }))
      }))
    if (missing.length > 0) await createTopics(admin, missing)
  })
}
