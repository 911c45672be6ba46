import { variable } from '@outbox-cdc/service-kit'
import { z } from 'zod'

const databaseUrl = variable.databaseUrl.optional()
const httpUrl = z.url({ protocol: /^https?$/ })
/** Of a part that asks for no account: `fetch` refuses such a URL, and its error would show the password. */
const openUrl = httpUrl
  .refine(url => new URL(url).username === '' && new URL(url).password === '', { error: 'must not hold an account' })
  .optional()
const list = z.string().transform(text =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
)
const name = z.string().regex(/^[\w.-]{1,249}$/)
const timeZone = z
  .string()
  .regex(/^[\w/+:-]{1,64}$/)
  .default('+00:00')
const identifier = z.string().regex(/^\w{1,64}$/)

/** `/order {"quantity":95}` as its parts. */
function exampleIn(text: string, problems: z.RefinementCtx) {
  const [, path, body] = /^(\/\S*) (\{.*\})$/.exec(text) ?? []
  try {
    if (path !== undefined && body !== undefined) return { path, body: JSON.parse(body) as object }
  } catch {}
  problems.addIssue('is not a path and a JSON object with a blank between')
  return z.NEVER
}

export const configSchema = z.object({
  CONSOLE_HOST: z.string().default('127.0.0.1').describe('Address to listen on; any but loopback needs CONSOLE_TOKEN'),
  CONSOLE_PORT: variable.port(9000, 'the page'),
  CONSOLE_BASE_PATH: z
    .string()
    .regex(/^(\/[\w.-]+)*$/)
    .default('')
    .describe('Path under which a proxy serves the page, such as /console; the proxy may pass it on or take it off'),
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
  ...variable.kafka,
  KAFKA_BROKERS: variable.kafka.KAFKA_BROKERS.default(['127.0.0.1:9092']).describe('host:port, separated by commas'),
  KAFKA_TOPIC: name.describe('The topic that the pipeline publishes to'),
  KAFKA_GROUP: name.describe('The consumer group at the end of the pipeline'),
  SCHEMA_REGISTRY_URL: httpUrl.optional().describe('Confluent API of a schema registry, to show Avro records as JSON'),
  SCHEMA_REGISTRY_TOKEN: variable.schemaRegistryToken,
  KEEPER_URL: openUrl.describe('The keeper (connectctl keep): only it can tell whether events flow'),
  CONNECT_URL: list
    .refine(urls => urls.every(url => httpUrl.safeParse(url).success), { error: 'must be http:// or https:// URLs' })
    .default([])
    .describe('Kafka Connect workers, separated by commas; https://user:password@host:port sends an account'),
  CONNECT_TOKEN: z.string().optional().describe('Bearer token for Kafka Connect'),
  CONNECTOR_NAME: name.optional().describe('The connector of the pipeline'),
  CONNECTOR_FILE: z.string().optional().describe('File of the connector, to compare with the running configuration'),
  AGGREGATE_DB_URL: databaseUrl.describe(
    'mysql:// or postgres://user:password@host:port/database of the writer; a read-only account is enough'
  ),
  AGGREGATE_TABLE: identifier.optional().describe('Table whose rows cause the events'),
  AGGREGATE_NAME: z
    .string()
    .regex(/^\p{L}[\p{L}\d -]{0,29}$/u)
    .default('event')
    .describe('What the page calls one of its rows, such as order'),
  AGGREGATE_ID_COLUMN: identifier
    .default('id')
    .describe('Its key, the id of the aggregate: a number that grows, a text or a UUID'),
  AGGREGATE_CREATED_AT_COLUMN: identifier
    .default('created_at')
    .describe('When its row was written, as a timestamp or DATETIME; with an index if the key is no number'),
  AGGREGATE_TIME_ZONE: timeZone.describe('Time zone of that column if it has none of its own, such as +09:00'),
  AGGREGATE_EVENT: name
    .optional()
    .describe('The event that a row of AGGREGATE_TABLE causes; needed if events of several aggregates share the topic'),
  OUTBOX_TABLE: identifier.default('outbox').describe('The outbox table, in the same database'),
  EFFECT_DB_URL: databaseUrl.describe('mysql:// or postgres://user:password@host:port/database of the consumer'),
  EFFECT_TABLE: identifier.optional().describe('Table that the consumer writes'),
  EFFECT_AGGREGATE_ID_COLUMN: identifier.default('aggregate_id').describe('Its key: the id of the aggregate'),
  EFFECT_APPLIED_AT_COLUMN: identifier
    .default('applied_at')
    .describe('When its row was written, as a timestamp or DATETIME; with an index if the key is no number'),
  EFFECT_TIME_ZONE: timeZone.describe('Time zone of that column if it has none of its own, such as +09:00'),
  WRITER_URL: openUrl.describe('URL of the writer, to show its health and metrics'),
  WRITER_EXAMPLE: z
    .string()
    .transform(exampleIn)
    .optional()
    .describe('Path and JSON of a POST to the writer that the page may send: /order {"quantity":95}'),
  WRITER_NAME: name.default('writer').describe('What the page calls the first hop'),
  CONSUMER_URL: openUrl.describe('URL of the consumer, to show its health and metrics'),
  CONSUMER_NAME: name.default('consumer').describe('What the page calls the last hop'),
  SAGA_MAP: z
    .string()
    .optional()
    .describe('JSON file that says which service writes each topic and which event must follow which, to show sagas'),
  SAGA_WINDOW_MINUTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(43_200)
    .default(60)
    .describe('How far back in the topics the console looks for sagas when it starts'),
  PLAYGROUND_URL: openUrl.describe('API of npm start -- --playground: the page may then break parts for a while'),
  PLAYGROUND_TOKEN: z.string().min(16).optional().describe('Token of that API'),
  PLAYGROUND_ORACLE_URL: openUrl.describe('URL of the service that checks the invariants of the system'),
  LOG_LEVEL: variable.logLevel
})

export type Config = Readonly<z.output<typeof configSchema>>
