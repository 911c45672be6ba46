import type { ConnectorConfig } from '../connect/connect-api.ts'
import { mysqlSource } from '../mysql/mysql-source.ts'
import { postgresSource } from '../postgres/postgres-source.ts'
import { engineOf } from '../settings/engine.ts'
import type { Environment } from '../settings/secrets.ts'
import type { Source } from '../source/source.ts'

const makers = { MySQL: mysqlSource, PostgreSQL: postgresSource } as const

/** The database that a connector reads. `environment` has what a reference such as `${env:…}` in its password names. */
export function sourceOf(config: ConnectorConfig, environment: Environment): Source {
  return makers[engineOf(config)](config, environment)
}
