import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { checkServerIdentity, type ConnectionOptions } from 'node:tls'
import { resolveSecrets } from '@outbox-cdc/outbox/security'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { explain } from '../connect/errors.ts'
import type { Environment } from '../settings/secrets.ts'

/** When a client of PostgreSQL uses TLS, and what it checks. */
export type PostgresTls = {
  readonly use: 'never' | 'where the server has it' | 'always'
  readonly ssl: ConnectionOptions
  /** Whether a URL says so, rather than the connector's settings. */
  readonly byUrl?: boolean
  /** What this machine can't read, such as a certificate that only the worker has. */
  readonly unread: readonly string[]
}

const uses: Readonly<Record<string, PostgresTls['use']>> = {
  disable: 'never',
  allow: 'where the server has it',
  prefer: 'where the server has it'
}

/** What a connector's `database.ssl*` says. Without an authority, or with one that can't be read, Node's authorities count. */
export function tlsOf(config: ConnectorConfig, environment: Environment): PostgresTls {
  const mode = (config['database.sslmode'] ?? 'prefer').toLowerCase()
  const verifies = mode.startsWith('verify')
  const unread: string[] = []
  const read = (name: 'sslrootcert' | 'sslcert' | 'sslkey') => {
    const path = config[`database.${name}`] ?? ''
    try {
      return path === '' ? undefined : readFileSync(path)
    } catch (error) {
      unread.push(`its ${name} ${path} can't be read here (${explain(error)})`)
      return undefined
    }
  }
  const [ca, cert, key] = [verifies ? read('sslrootcert') : undefined, read('sslcert'), read('sslkey')]
  const password = resolveSecrets(config['database.sslpassword'] ?? '', environment)
  const ssl = {
    rejectUnauthorized: verifies,
    checkServerIdentity: mode === 'verify-full' ? checkServerIdentity : () => undefined,
    ...(ca === undefined ? {} : { ca }),
    ...(key === undefined ? {} : identityOf(config['database.sslkey'] ?? '', { cert, key, password }))
  }
  return { use: uses[mode] ?? 'always', ssl, unread }
}

type Identity = { readonly cert: Buffer | undefined; readonly key: Buffer; readonly password: string }

/** As PostgreSQL's JDBC driver reads it: PKCS#12 by the file's name, else PEM, else PKCS#8 as DER. */
function identityOf(path: string, { cert, key, password }: Identity): ConnectionOptions {
  if (/\.(p12|pfx)$/.test(path)) return { pfx: key, passphrase: password }
  if (cert === undefined) return {}
  if (key.includes('-----BEGIN')) return { cert, key, passphrase: password }
  const pem = createPrivateKey({ key, format: 'der', type: 'pkcs8', passphrase: password }).export({
    format: 'pem',
    type: 'pkcs8'
  })
  return { cert, key: pem }
}
