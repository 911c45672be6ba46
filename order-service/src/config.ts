import { variable } from '@outbox-cdc/service-kit'
import { z } from 'zod'

export const variables = z.object({
  HTTP_HOST: variable.host,
  HTTP_PORT: variable.port(8080, 'POST /order'),
  MYSQL_URL: variable.mysqlUrl('orders'),
  MYSQL_POOL_SIZE: variable.mysqlPoolSize.describe('Most connections to MySQL that place orders, and that read them'),
  OUTBOX_STORE: z
    .enum(['delete', 'blackhole'])
    .default('delete')
    .describe('Outbox store (how the outbox row is written): delete or blackhole'),
  SCHEMA_REGISTRY_URL: variable.schemaRegistryUrl.describe(
    'Confluent API of a schema registry. With it events are Avro, without it JSON'
  ),
  SCHEMA_REGISTRY_TOKEN: variable.schemaRegistryToken,
  IDEMPOTENCY_KEY_TTL_S: z.coerce
    .number()
    .int()
    .min(1)
    .max(31_536_000)
    .default(86_400)
    .describe('How long a repeat with the same Idempotency-Key gets the first answer'),
  OUTBOX_WRITER: z.coerce
    .number()
    .int()
    .min(0)
    .max(127)
    .optional()
    .describe('For the blackhole store: the number of this process, different for each process that writes'),
  STOP_DELAY_MS: variable.stopDelayMs,
  LOG_LEVEL: variable.logLevel
})

// No default: two writers with the same number would make the same ids.
export const configSchema = variables.refine(
  ({ OUTBOX_STORE, OUTBOX_WRITER }) => OUTBOX_STORE !== 'blackhole' || OUTBOX_WRITER !== undefined,
  { path: ['OUTBOX_WRITER'], error: 'is needed for OUTBOX_STORE=blackhole' }
)

export type Config = Readonly<z.output<typeof configSchema>>
