import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

type Env = Readonly<Record<string, string | undefined>>

/** Lists every problem of the configuration. Its message has no values: some are secrets. */
export class ConfigError extends Error {}

/**
 * Reads the variables of `schema` from `env`. An empty variable counts as not set. `${dir:FOLDER:FILE}` stands for the
 * content of that file, so no environment holds a password.
 */
export function loadConfig<Schema extends z.ZodObject>(schema: Schema, env: Env): Readonly<z.output<Schema>> {
  const set = Object.entries(env).flatMap(([name, value]) => (value ? [[name, withSecrets(value)]] : []))
  const parsed = schema.safeParse(Object.fromEntries(set))
  if (parsed.success) return Object.freeze(parsed.data)
  const problems = parsed.error.issues.map(issue => {
    const name = issue.path.join('.')
    const description = schema.shape[name]?.description
    return `  ${name}: ${env[name] ? issue.message : 'is not set'}${description ? ` (${description})` : ''}`
  })
  throw new ConfigError(`The configuration is invalid:\n${problems.join('\n')}`)
}

// Inside a longer value, such as a URL, a secret is encoded; alone it is used unchanged.
function withSecrets(value: string): string {
  return value.replace(/\$\{dir:([^:}]+):([^:}]+)\}/g, (whole, folder: string, file: string) => {
    const secret = readFileSync(join(folder, file), 'utf8').trimEnd()
    return whole === value ? secret : encodeURIComponent(secret)
  })
}

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

/** Environment variables that services share; each service lists them in its own schema. */
export const variable = {
  host: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all'),
  port: (usual: number, route: string) =>
    whole(0, 65_535).default(usual).describe(`Port of ${route}; 0 takes a free one`),
  mysqlUrl: (database: string) =>
    z.url({ protocol: /^mysql$/ }).describe(`mysql://user:password@host:port/${database}, ?ssl=true for TLS`),
  mysqlPoolSize: whole(1, 1000).default(16).describe('Most connections to MySQL'),
  /** Of a registry with Confluent's API; empty for none. */
  schemaRegistryUrl: z.union([z.url({ protocol: /^https?$/ }), z.literal('')]).default(''),
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
