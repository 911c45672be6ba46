import type { ConnectorConfig } from '../connect/connect-api.ts'
import { engineOf } from './engine.ts'
import { error, type Finding, warning } from './finding.ts'
import type { Environment } from './secrets.ts'

/** What `database.ssl.*` (MySQL) and `database.ssl*` (PostgreSQL) leave unchecked, unused or incomplete. */
export function checkDatabaseTls(config: ConnectorConfig, environment: Environment): readonly Finding[] {
  const check = engineOf(config) === 'MySQL' ? checkMysql : checkPostgres
  return check(config, environment['KAFKA_SECURITY_PROTOCOL']?.endsWith('SSL') === true)
}

const unchecked = (mode: string, better: string) =>
  `is ${mode}, which checks no certificate, so another server can pose as the database: set it to ${better}`

function checkMysql(config: ConnectorConfig, isSecured: boolean): readonly Finding[] {
  const key = 'database.ssl.mode'
  const mode = (config[key] ?? 'preferred').toLowerCase()
  const findings: Finding[] = []
  if (!mode.startsWith('verify') && (isSecured || mode === 'required'))
    findings.push(warning(key, unchecked(mode, 'verify_identity')))
  if (!mode.startsWith('verify') && config['database.ssl.truststore'] !== undefined)
    findings.push(warning('database.ssl.truststore', `isn't used: ${key} is ${mode}`))
  if (mode === 'disabled' && config['driver.allowPublicKeyRetrieval'] !== 'true')
    findings.push(
      warning(
        'driver.allowPublicKeyRetrieval',
        "is not true: without TLS, MySQL refuses an account that it hasn't logged in since its start, «Public Key " +
          'Retrieval is not allowed»'
      )
    )
  for (const store of ['database.ssl.truststore', 'database.ssl.keystore'])
    if (config[store] === undefined && config[`${store}.password`] !== undefined)
      findings.push(error(store, `is missing, but ${store}.password is set`))
  return findings
}

function checkPostgres(config: ConnectorConfig, isSecured: boolean): readonly Finding[] {
  const key = 'database.sslmode'
  const mode = (config[key] ?? 'prefer').toLowerCase()
  const verifies = mode.startsWith('verify')
  const { 'database.sslrootcert': ca, 'database.sslcert': cert, 'database.sslkey': own } = config
  const findings: Finding[] = []
  if (!verifies && (isSecured || mode === 'require')) findings.push(warning(key, unchecked(mode, 'verify-full')))
  if (!verifies && ca !== undefined) findings.push(warning('database.sslrootcert', `isn't used: ${key} is ${mode}`))
  if (verifies && ca === undefined && config['database.sslfactory'] === undefined)
    findings.push(
      warning('database.sslrootcert', "is missing: the driver takes ~/.postgresql/root.crt of the worker's account")
    )
  if (cert !== undefined && own === undefined)
    findings.push(error('database.sslkey', 'is missing, but database.sslcert is set'))
  if (cert === undefined && own !== undefined && !/\.(p12|pfx)$/.test(own))
    findings.push(error('database.sslcert', 'is missing, but database.sslkey is set'))
  return findings
}
