import { z } from 'zod'
import { variable } from './config.ts'
import { createDatabaseService, type Defaults, httpVariables, type ServiceParts } from './database-service.ts'
import { createMysql } from './mysql.ts'
import type { Service } from './run-service.ts'

/** The variables of a service that `createMysqlService` builds. One with a consumer adds `...variable.kafka`. */
export const mysqlServiceConfig = (defaults: Defaults) =>
  z.object({
    ...httpVariables(defaults),
    MYSQL_URL: variable.mysqlUrl(defaults.database),
    MYSQL_POOL_SIZE: variable.mysqlPoolSize
  })

type Parts = ServiceParts<Readonly<z.output<ReturnType<typeof mysqlServiceConfig>>>>

/** A service on MySQL with an HTTP API and, if it reads events, a consumer, from the parts that are its own. */
export function createMysqlService(parts: Parts): Service {
  const { name, logger } = parts
  const { MYSQL_URL: url, MYSQL_POOL_SIZE: poolSize } = parts.config
  const db = createMysql({ url, name, poolSize, logger })
  const probes = createMysql({ url, name: `${name}-health`, poolSize: 1, failFast: true })
  return createDatabaseService({ engine: 'mysql', db, probes }, parts)
}
