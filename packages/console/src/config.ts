import { openUrl } from '@outbox-cdc/outbox/hops'
import { variable } from '@outbox-cdc/service-kit'
import { z } from 'zod'

const httpUrl = z.url({ protocol: /^https?$/ })
const list = z.string().transform(text =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
)

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
  HOPS_FILE: z.string().describe('JSON file with the paths of events to show, one or more; its fields are below'),
  SCHEMA_REGISTRY_URL: httpUrl.optional().describe('Confluent API of a schema registry, to show Avro records as JSON'),
  SCHEMA_REGISTRY_TOKEN: variable.schemaRegistryToken,
  KEEPER_URL: openUrl.describe('The keeper (connectctl keep): only it can tell whether events flow'),
  CONNECT_URL: list
    .refine(urls => urls.every(url => httpUrl.safeParse(url).success), { error: 'must be http:// or https:// URLs' })
    .default([])
    .describe('Kafka Connect workers, separated by commas; https://user:password@host:port sends an account'),
  CONNECT_TOKEN: z.string().optional().describe('Bearer token for Kafka Connect'),
  CONNECT_DIR: z.string().optional().describe('Folder of the connector files, to compare with what runs'),
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
  FIGURE_FILE: z.string().optional().describe('SVG file with a picture to show below the flow, such as a measurement'),
  FIGURE_TITLE: z.string().default('Measured').describe('The heading of that picture'),
  FIGURE_ABOUT: z.string().default('').describe('What that picture shows, in a sentence or two'),
  LOG_LEVEL: variable.logLevel
})

export type Config = Readonly<z.output<typeof configSchema>>
