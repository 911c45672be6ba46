import { z } from 'zod'

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

/** Environment variables that services share; each service lists them in its own schema. */
export const variable = {
  host: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all'),
  port: (usual: number, route: string) =>
    whole(0, 65_535).default(usual).describe(`Port of ${route}; 0 takes a free one`),
  mysqlUrl: (database: string) =>
    z.url({ protocol: /^mysql$/ }).describe(`mysql://user:password@host:port/${database}, ?ssl=true for TLS`),
  mysqlPoolSize: whole(1, 1000).default(16).describe('Most connections to MySQL'),
  /** URL of a registry with Confluent's API; undefined without a registry. */
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
