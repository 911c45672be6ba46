import { kafkaPrincipal } from '@outbox-cdc/outbox/security'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { describesTables } from '../settings/named-tables.ts'
import type { Environment } from '../settings/secrets.ts'
import type { ConnectorFile } from './connector-file.ts'
import type { ComplaintOf } from './connect-log.ts'
import type { Symptom } from '../source/symptom.ts'
import { kafkaOf, withAdmin } from '../kafka/kafka.ts'
import { createThem, missingTopics, unseenTopics } from './missing-topics.ts'

type Symptoms = Promise<readonly Symptom[]>

/** How this machine reaches Kafka, which the worker may reach in another way. */
export async function examineKafka(config: ConnectorConfig, environment: Environment): Symptoms {
  const kafka = kafkaOf(config, environment)
  if (kafka.brokers.length === 0) return []
  await withAdmin(kafka, admin => admin.describeCluster(), { retries: 1 })
  const { KAFKA_SECURITY_PROTOCOL: protocol = 'PLAINTEXT' } = environment
  const principal = kafkaPrincipal(kafka.security ?? {})
  const who = principal === undefined ? '' : ` as ${principal}`
  return [{ ok: true, what: `reaches Kafka at ${kafka.brokers.join()} with ${protocol}${who}` }]
}

export async function examineTopics(config: ConnectorConfig, environment: Environment): Symptoms {
  const { missing, unseen } = await missingTopics(config, kafkaOf(config, environment))
  const which = describesTables(config) === undefined ? 'that it writes' : 'that its settings name'
  if (unseen.length > 0) return [{ ok: false, what: unseenTopics(unseen) }]
  if (missing.length === 0) return [{ ok: true, what: `the topics ${which} exist, or are created` }]
  return [{ ok: false, what: `no topic ${missing.join(', ')}`, advice: createThem }]
}

/** Complaints of the producer: while they last, no event reaches Kafka, and the task says RUNNING. */
export async function examineLog({ name }: ConnectorFile, watched: Promise<ComplaintOf>): Symptoms {
  const complaint = (await watched)(`connector-producer-${name}-`)
  return complaint === undefined ? [] : [{ ok: false, what: `Connect's log says: ${complaint}` }]
}
