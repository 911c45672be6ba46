import { mysqlOptions, postgresOptions, resolveSecrets, SettingsError } from '@outbox-cdc/outbox/security'
import { z } from 'zod'
import { kafkaVariables } from './kafka.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Lists every problem of the configuration. Its message has no values: some are secrets. */
export class ConfigError extends SettingsError {}

/**
 * Reads the variables of `schema` from `env`. An empty variable counts as not set. `${dir:FOLDER:FILE}` stands for the
 * content of that file, so no environment holds a password; `${file:FILE:KEY}` and `${env:NAME}` work too.
 */
export function loadConfig<Schema extends z.ZodObject>(schema: Schema, env: Env): Readonly<z.output<Schema>> {
  const { values, problems } = withSecrets(Object.keys(schema.shape), env)
  const parsed = schema.safeParse(values)
  if (parsed.success && problems.size === 0) return Object.freeze(parsed.data)
  for (const issue of parsed.error?.issues ?? []) {
    const name = issue.path.join('.')
    if (!problems.has(name)) problems.set(name, env[name] ? issue.message : 'is not set')
  }
  const lines = [...problems].map(([name, problem]) => {
    const description = schema.shape[name]?.description
    return `  ${name}: ${problem}${description ? ` (${description})` : ''}`
  })
  throw new ConfigError(`The configuration is invalid:\n${lines.join('\n')}`)
}

function withSecrets(names: readonly string[], env: Env) {
  const values: Record<string, string> = {}
  const problems = new Map<string, string>()
  for (const name of names) {
    const value = env[name]
    if (!value) continue
    try {
      values[name] = resolveSecrets(value, env)
    } catch (error) {
      problems.set(name, sentenceOf(error))
    }
  }
  return { values, problems }
}

function sentenceOf(error: unknown): string {
  if (error instanceof SettingsError) return error.message
  throw error
}

/** Checks a database's URL, and with it the files that it names. */
function databaseUrl(protocol: RegExp) {
  return z.url({ protocol }).superRefine((url, context) => {
    try {
      if (url.startsWith('mysql:')) mysqlOptions(url)
      else postgresOptions(url)
    } catch (error) {
      context.addIssue(sentenceOf(error))
    }
  })
}

// fetch refuses an account in a URL, and a path is appended to this one.
function isBare(url: string): boolean {
  const { username, password, search, hash } = new URL(url)
  return [username, password, search, hash].every(part => part === '')
}

const bareUrl = () =>
  z.url({ protocol: /^https?$/, abort: true }).refine(isBare, 'must have no account, query or fragment')

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

/** Environment variables that services share; each service lists them in its own schema. */
export const variable = {
  host: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all'),
  port: (usual: number, route: string) =>
    whole(0, 65_535).default(usual).describe(`Port of ${route}; 0 takes a free one`),
  mysqlUrl: (database: string) =>
    databaseUrl(/^mysql$/).describe(
      `mysql://user:password@host:port/${database}; with ?ssl-mode=VERIFY_IDENTITY&ssl-ca=FILE over TLS`
    ),
  postgresUrl: (database: string) =>
    databaseUrl(/^postgres(ql)?$/).describe(
      `postgres://user:password@host:port/${database}; with ?sslmode=verify-full&sslrootcert=FILE over TLS`
    ),
  /** Of MySQL or PostgreSQL. */
  databaseUrl: databaseUrl(/^(mysql|postgres(ql)?)$/),
  mysqlPoolSize: whole(1, 1000).default(16).describe('Most connections to MySQL'),
  postgresPoolSize: whole(1, 1000).default(16).describe('Most connections to PostgreSQL'),
  /** The base URL of another service. */
  serviceUrl: (name: string) => bareUrl().describe(`http(s)://host:port of ${name}`),
  /** The base URLs of the processes of another service. */
  serviceUrls: (name: string) =>
    z
      .string()
      .transform(text => text.split(',').map(url => url.trim()))
      .pipe(z.array(bareUrl()))
      .describe(`http(s)://host:port of ${name}, or several separated by commas`),
  /** Spread it into a schema; `kafkaFrom` takes what it reads. */
  kafka: kafkaVariables,
  inboxKeepMs: whole(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe(
      "How long the inbox remembers events; needed only where the account may not describe the topic's settings"
    ),
  /** Of a registry with Confluent's API; empty for none. */
  schemaRegistryUrl: z.union([z.url({ protocol: /^https?$/ }), z.literal('')]).default(''),
  schemaRegistryToken: z
    .string()
    .optional()
    .describe('Bearer token for the schema registry; a password goes into its URL'),
  stopDelayMs: whole(0, 5000)
    .default(0)
    .describe(
      'How long a stopping service still accepts requests, until the load balancer notices that it is not ready'
    ),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Lowest log level that is written')
} as const
