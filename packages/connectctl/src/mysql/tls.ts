import { type Certificates, resolveSecrets } from '@outbox-cdc/outbox/security'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { explain } from '../connect/errors.ts'
import { certificatesIn, identityIn, type JavaStore } from '../settings/java-store.ts'
import type { Environment } from '../settings/secrets.ts'

/** How a client of MySQL uses TLS. */
export type MysqlSecurity = {
  readonly mode: 'DISABLED' | 'PREFERRED' | 'REQUIRED' | 'VERIFY_CA' | 'VERIFY_IDENTITY'
  readonly certificates: Certificates
  /** What this machine can't read, such as a truststore that only the worker has. */
  readonly unread: readonly string[]
}

/** What a connector's `database.ssl.*` says. Without a truststore, or with one that can't be read, Node's authorities count. */
export function securityOf(config: ConnectorConfig, environment: Environment): MysqlSecurity {
  const mode = (config['database.ssl.mode'] ?? 'preferred').toUpperCase() as MysqlSecurity['mode']
  const unread: string[] = []
  const read = <T>(what: 'truststore' | 'keystore', from: (store: JavaStore) => T) => {
    const path = config[`database.ssl.${what}`] ?? ''
    if (path === '') return undefined
    try {
      return from({ path, password: resolveSecrets(config[`database.ssl.${what}.password`] ?? '', environment) })
    } catch (error) {
      unread.push(`its ${what} ${path} can't be read here (${explain(error)})`)
      return undefined
    }
  }
  const ca = mode.startsWith('VERIFY') ? read('truststore', certificatesIn) : undefined
  const identity = mode === 'DISABLED' ? undefined : read('keystore', identityIn)
  return { mode, certificates: { ...identity, ...(ca === undefined ? {} : { ca: ca.join('') }) }, unread }
}
