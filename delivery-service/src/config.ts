import { variable } from '@outbox-cdc/service-kit'
import { z } from 'zod'

export const configSchema = z.object({
  HTTP_HOST: variable.host,
  HTTP_PORT: variable.port(8082, 'GET /deliveries'),
  MYSQL_URL: variable.mysqlUrl('deliveries'),
  MYSQL_POOL_SIZE: variable.mysqlPoolSize,
  ...variable.kafka,
  KAFKA_TOPIC: z.string().default('orders_server.orders.outbox').describe('Topic of the order events'),
  KAFKA_GROUP: z.string().default('delivery-service').describe('Consumer group, also the name in the inbox'),
  KAFKA_CLIENT: z
    .enum(['kafkajs', 'platformatic'])
    .default('kafkajs')
    .describe('Kafka client: kafkajs or platformatic'),
  BATCH_SIZE: z.coerce.number().int().min(1).max(10_000).default(500).describe('Most events in one transaction'),
  INBOX_KEEP_MS: variable.inboxKeepMs,
  SCHEMA_REGISTRY_URL: variable.schemaRegistryUrl.describe(
    'Confluent API of a schema registry. With it Avro events are read too, without it only JSON'
  ),
  SCHEMA_REGISTRY_TOKEN: variable.schemaRegistryToken,
  STALL_AFTER_MS: z.coerce
    .number()
    .int()
    .min(1000)
    .default(60_000)
    .describe('If events wait for this long without any progress, the service is not alive'),
  STOP_DELAY_MS: variable.stopDelayMs,
  LOG_LEVEL: variable.logLevel
})

export type Config = Readonly<z.output<typeof configSchema>>
