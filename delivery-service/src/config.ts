import { variable } from '@outbox-cdc/service-kit'
import { z } from 'zod'

export const configSchema = z.object({
  HTTP_HOST: variable.host,
  HTTP_PORT: variable.port(8082, 'GET /deliveries'),
  MYSQL_URL: variable.mysqlUrl('deliveries'),
  MYSQL_POOL_SIZE: variable.mysqlPoolSize,
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, { error: 'must be host:port, host:port of another after a comma' })
    .transform(brokers => brokers.split(','))
    .describe('host:port of one broker or, separated by commas, of several'),
  KAFKA_TOPIC: z.string().default('orders_server.orders.outbox').describe('Topic of the order events'),
  KAFKA_GROUP: z.string().default('delivery-service').describe('Consumer group, and the name in the inbox'),
  KAFKA_CLIENT: z.enum(['kafkajs', 'platformatic']).default('kafkajs').describe('Which Kafka client reads the topic'),
  BATCH_SIZE: z.coerce.number().int().min(1).max(10_000).default(500).describe('Events in one transaction at most'),
  SCHEMA_REGISTRY_URL: variable.schemaRegistryUrl.describe(
    'Confluent API of a schema registry: events in Avro are read too; without it only JSON'
  ),
  STALL_AFTER_MS: z.coerce
    .number()
    .int()
    .min(1000)
    .default(60_000)
    .describe('Events that wait for so long without any progress make the service unhealthy'),
  STOP_DELAY_MS: variable.stopDelayMs,
  LOG_LEVEL: variable.logLevel
})

export type Config = Readonly<z.output<typeof configSchema>>
