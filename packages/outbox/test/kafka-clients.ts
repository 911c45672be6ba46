import { onTestFinished } from 'vitest'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { type KafkaClient, kafkajsClient } from '../src/index.ts'
import { platformaticClient } from '../src/platformatic/index.ts'
import { logger } from './counted.ts'

/** Both clients, for suites that must hold with either. */
export const kafkaClients: readonly (readonly [name: string, use: (brokers?: readonly string[]) => KafkaClient])[] = [
  ['kafkajs', brokers => useClient(kafkajsClient, brokers)],
  ['@platformatic/kafka', brokers => useClient(platformaticClient, brokers)]
]

function useClient(create: typeof kafkajsClient, brokers = useStack().kafka.brokers): KafkaClient {
  const client = create({ brokers, clientId: 'contract', logger })
  onTestFinished(() => client.close())
  return client
}
