import type { KafkaRight } from '@outbox-cdc/stack'
import type { Service, System } from './system.ts'

/** What each principal may do on Kafka, as its ACLs say. The workers' own rights are the stack's. */
export type KafkaRights = ReadonlyMap<string, readonly KafkaRight[]>

/** The rights that follow from a description: those of its consumers, its connectors, the keeper and the console. */
export function kafkaRights(system: System): KafkaRights {
  const consumers = system.services.flatMap(({ name, reads }) =>
    reads === undefined ? [] : [[name, consumerRights(reads)] as const]
  )
  return new Map([
    ...consumers,
    ['connect', connectorRights(system)],
    ['keeper', keeperRights(system)],
    ['console', consoleRights]
  ])
}

function consumerRights({ topics, group }: NonNullable<Service['reads']>): readonly KafkaRight[] {
  return [...topics.map(name => onTopic(name, ['READ'])), { on: 'group', name: group, may: ['READ'] }]
}

/** Debezium publishes to topics that exist, and reads its schema history again at each start. */
function connectorRights({ topics }: System): readonly KafkaRight[] {
  return topics.flatMap(({ name, historyOf }): readonly KafkaRight[] => {
    if (historyOf === undefined) return [onTopic(name, ['WRITE'])]
    return [
      onTopic(name, ['READ', 'WRITE', 'DESCRIBE_CONFIGS']),
      { on: 'group', name: `${historyOf}-schemahistory`, may: ['READ'] }
    ]
  })
}

/** It reads its own probe. */
function keeperRights({ topics }: System): readonly KafkaRight[] {
  const probes = topics.filter(({ name }) => name.endsWith('.connect_heartbeat'))
  return [
    ...probes.map(({ name }) => onTopic(name, ['READ'])),
    { on: 'group', name: 'connectctl-keeper-*', may: ['READ'] }
  ]
}

/** It shows every topic with its records, and every group. */
const consoleRights: readonly KafkaRight[] = [
  onTopic('*', ['READ', 'DESCRIBE_CONFIGS']),
  { on: 'group', name: '*', may: ['READ'] },
  { on: 'cluster', name: 'kafka-cluster', may: ['DESCRIBE'] }
]

function onTopic(name: string, may: KafkaRight['may']): KafkaRight {
  return { on: 'topic', name, may }
}
