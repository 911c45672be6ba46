import { z } from 'zod'

export const variables = z.object({
  HTTP_HOST: z.string().default('127.0.0.1').describe('Address that the service listens on; 0.0.0.0 for all'),
  HTTP_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .describe('Port of POST /order; 0 takes a free one'),
  MYSQL_URL: z.url({ protocol: /^mysql$/ }).describe('mysql://user:password@host:port/orders, ?ssl=true for TLS'),
  MYSQL_POOL_SIZE: z.coerce.number().int().min(1).max(1000).default(16).describe('Connections to MySQL at most'),
  OUTBOX_STORE: z.enum(['delete', 'blackhole', 'keep']).default('delete').describe('How the outbox row is written'),
  SCHEMA_REGISTRY_URL: z
    .union([z.url({ protocol: /^https?$/ }), z.literal('')])
    .default('')
    .describe('Confluent API of a schema registry: events are written as Avro; without it as JSON'),
  IDEMPOTENCY_KEY_TTL_S: z.coerce
    .number()
    .int()
    .min(1)
    .max(31_536_000)
    .default(86_400)
    .describe('For how long a repeat with the same Idempotency-Key gets the first answer'),
  OUTBOX_WRITER: z.coerce
    .number()
    .int()
    .min(0)
    .max(127)
    .optional()
    .describe('Number of this process among those that write to a blackhole outbox, which must have one each'),
  STOP_DELAY_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(5000)
    .default(0)
    .describe('From readiness red to the last request accepted, so that a load balancer can look away'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('Least level that is logged')
})

// Two writers under one number would make the same ids: a default would be a trap.
export const configSchema = variables.refine(
  ({ OUTBOX_STORE, OUTBOX_WRITER }) => OUTBOX_STORE !== 'blackhole' || OUTBOX_WRITER !== undefined,
  { path: ['OUTBOX_WRITER'], error: 'is needed for OUTBOX_STORE=blackhole' }
)

export type Config = Readonly<z.output<typeof configSchema>>
