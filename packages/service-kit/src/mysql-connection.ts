import { mysqlOptions } from '@outbox-cdc/outbox/security'
import { waitMs } from './pool-limits.ts'

/** What every connection of a service to MySQL is made of. */
export function mysqlConnection(url: string, name: string) {
  return {
    ...mysqlOptions(url),
    charset: 'utf8mb4',
    timezone: 'Z',
    connectTimeout: waitMs,
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    connectAttributes: { program_name: name }
  }
}
