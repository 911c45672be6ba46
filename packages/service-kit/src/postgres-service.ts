import { z } from 'zod'
import { variable } from './config.ts'
import { createDatabaseService, type Defaults, httpVariables, type ServiceParts } from './database-service.ts'
import { createPostgres } from './postgres.ts'
import type { Service } from './run-service.ts'

/** The variables of a service that `createPostgresService` builds. One with a consumer adds `...variable.kafka`. */
export const postgresServiceConfig = (defaults: Defaults) =>
  z.object({
    ...httpVariables(defaults),
    DATABASE_URL: variable.postgresUrl(defaults.database),
    DATABASE_POOL_SIZE: variable.postgresPoolSize
  })

type Parts = ServiceParts<Readonly<z.output<ReturnType<typeof postgresServiceConfig>>>>

/** The same as `createMysqlService`, on PostgreSQL. */
export function createPostgresService(parts: Parts): Service {
  const { name, logger } = parts
  const { DATABASE_URL: url, DATABASE_POOL_SIZE: poolSize } = parts.config
  const db = createPostgres({ url, name, poolSize, logger })
  const probes = createPostgres({ url, name: `${name}-health`, poolSize: 1, failFast: true })
  return createDatabaseService({ engine: 'postgres', db, probes }, parts)
}
