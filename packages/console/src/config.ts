import { z } from 'zod'

const port = z.coerce.number().int().min(0).max(65_535)
const mysqlUrl = z.url({ protocol: /^mysql$/ }).optional()
const httpUrl = z.url({ protocol: /^https?$/ }).optional()
const list = z.string().transform(text =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
)
const name = (fallback: string) =>
  z
    .string()
    .regex(/^[\w.-]{1,249}$/)
    .default(fallback)
const table = (fallback: string) =>
  z
    .string()
    .regex(/^\w{1,64}$/)
    .default(fallback)

export const configSchema = z.object({
  CONSOLE_HOST: z.string().default('127.0.0.1').describe('Address to listen on; any but loopback needs CONSOLE_TOKEN'),
  CONSOLE_PORT: port.default(9000).describe('Port of the page; 0 takes a free one'),
  CONSOLE_PUBLISHED: z
    .enum(['loopback'])
    .optional()
    .describe('loopback: no token is needed, for a container whose port is published on loopback only'),
  CONSOLE_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('Token that a browser must present once; at least 16 characters'),
  CONSOLE_ACTIONS: z.enum(['on', 'off']).default('on').describe('off: the page can only read'),
  KAFKA_BROKERS: list.default(['127.0.0.1:9092']).describe('host:port, separated by commas'),
  KAFKA_TOPIC: name('orders_server.orders.outbox').describe('The topic that the pipeline publishes to'),
  KAFKA_GROUP: name('delivery-service').describe('The consumer group at the end of the pipeline'),
  KAFKA_HEARTBEAT_TOPICS: list
    .default(['__debezium-heartbeat.orders_server', 'orders_server.orders.connect_heartbeat'])
    .describe('Topics with heartbeats of the connector, separated by commas'),
  SCHEMA_REGISTRY_URL: httpUrl.describe('Confluent API of a schema registry, to show Avro records as JSON'),
  CONNECT_URL: list
    .default([])
    .describe('Kafka Connect workers, separated by commas; without it no connector is shown'),
  CONNECTOR_NAME: name('orders-connector').describe('The connector of the pipeline'),
  CONNECTOR_FILE: z.string().optional().describe('File of the connector, to compare with the running configuration'),
  AGGREGATE_MYSQL_URL: mysqlUrl.describe(
    'mysql://user:password@host:port/database of the writer; a read-only account is enough'
  ),
  AGGREGATE_TABLE: table('customer_order').describe('Table with id and created_at whose rows cause the events'),
  OUTBOX_TABLE: table('outbox').describe('The outbox table, in the same database'),
  AGGREGATE_EVENT: name('order_created').describe('The event that a row of AGGREGATE_TABLE causes'),
  EFFECT_MYSQL_URL: mysqlUrl.describe('mysql://user:password@host:port/database of the consumer'),
  EFFECT_TABLE: table('delivery').describe('Table with order_id and delivered_at that the consumer writes'),
  WRITER_URL: httpUrl.describe(
    'URL of the writer, to place orders from the page; empty if the page must not place any'
  ),
  CONSUMER_URL: httpUrl.describe('URL of the consumer, to show its health and metrics'),
  WRITER_NAME: name('order-service').describe('What the page calls the first hop'),
  CONSUMER_NAME: name('delivery-service').describe('What the page calls the last hop'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Lowest log level that is written')
})

export type Config = Readonly<z.output<typeof configSchema>>
