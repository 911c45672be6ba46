import { z } from 'zod'

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

/** The environment variables that services share, to be named in each one's own schema. */
export const variable = {
  host: z.string().default('127.0.0.1').describe('Address that the service listens on; 0.0.0.0 for all'),
  port: (usual: number, route: string) =>
    whole(0, 65_535).default(usual).describe(`Port of ${route}; 0 takes a free one`),
  mysqlUrl: (database: string) =>
    z.url({ protocol: /^mysql$/ }).describe(`mysql://user:password@host:port/${database}, ?ssl=true for TLS`),
  mysqlPoolSize: whole(1, 1000).default(16).describe('Connections to MySQL at most'),
  /** Of a registry with Confluent's API; nothing where there is none. */
  schemaRegistryUrl: z.union([z.url({ protocol: /^https?$/ }), z.literal('')]).default(''),
  stopDelayMs: whole(0, 5000)
    .default(0)
    .describe('From readiness red to the last request accepted, so that a load balancer can look away'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('Least level that is logged')
} as const
