import { z } from 'zod'

export const configSchema = z.object({
  HTTP_HOST: z.string().default('127.0.0.1').describe('Address that the service listens on; 0.0.0.0 for all'),
  HTTP_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8082)
    .describe('Port of GET /deliveries; 0 takes a free one'),
  MYSQL_URL: z.url({ protocol: /^mysql$/ }).describe('mysql://user:password@host:port/deliveries, ?ssl=true for TLS'),
  MYSQL_POOL_SIZE: z.coerce.number().int().min(1).max(1000).default(16).describe('Connections to MySQL at most'),
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, { error: 'must be host:port, host:port of another after a comma' })
    .transform(brokers => brokers.split(','))
    .describe('host:port of one broker or, separated by commas, of several'),
  KAFKA_TOPIC: z.string().default('orders_server.orders.outbox').describe('Topic of the order events'),
  KAFKA_GROUP: z.string().default('delivery-service').describe('Consumer group, and the name in the inbox'),
  KAFKA_CLIENT: z.enum(['kafkajs', 'platformatic']).default('kafkajs').describe('Which Kafka client reads the topic'),
  BATCH_SIZE: z.coerce.number().int().min(1).max(10_000).default(500).describe('Events in one transaction at most'),
  SCHEMA_REGISTRY_URL: z
    .union([z.url({ protocol: /^https?$/ }), z.literal('')])
    .default('')
    .describe('Confluent API of a schema registry: events in Avro are read too; without it only JSON'),
  STALL_AFTER_MS: z.coerce
    .number()
    .int()
    .min(1000)
    .default(60_000)
    .describe('Events that wait for so long without any progress make the service unhealthy'),
  STOP_DELAY_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(5000)
    .default(0)
    .describe('From readiness red to the last request accepted, so that a load balancer can look away'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('Least level that is logged')
})

export type Config = Readonly<z.output<typeof configSchema>>
