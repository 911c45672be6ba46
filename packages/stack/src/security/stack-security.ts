import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KafkaSecurity } from '@outbox-cdc/outbox/security'
import { readOrCreateSecret } from '../secrets.ts'
import { propertiesText } from '../properties.ts'
import { ensureCertificates, writeKeyStore } from './certificates.ts'
import { trustStoreOf } from './trust-store.ts'
import { connectorSettings } from './worker-settings.ts'

/** What the parts of a secured stack are made with. Everything is kept in `secrets` of the stack's folder. */
export type StackSecurity = {
  /** Certificates and keys: `ca.pem`, and `NAME.pem` for each server. */
  readonly dir: string
  readonly ca: string
  readonly caFile: string
  /** The same authority for Java programs that read no PEM; its password is in the file `truststore` of `workerSecrets`. */
  readonly trustStore: string
  readonly trustStorePassword: string
  /** The folder of all passwords. */
  readonly secrets: string
  /** The folder that Connect's workers may read; it holds the password of the principal `connect` as `kafka-connect`. */
  readonly workerSecrets: string
  /** The settings that each connector needs, as connectctl's CONNECT_DEFAULTS. */
  readonly connectorDefaults: string
  /** Of the principal `admin` on Kafka. */
  readonly kafkaPassword: string
  /** Of the principal `connect` on Kafka. */
  readonly workerPassword: string
  /** Of the user `connect-admin` on the REST API of Connect. */
  readonly connectPassword: string
}

/** The servers of a stack. The brokers show theirs to the controllers as `User:admin`. */
const servers = ['mysql', 'postgres', 'connect', 'registry'].map(name => ({ name }))

/** Makes certificates and passwords where they are missing. */
export async function prepareSecurity(stackDir: string, names: readonly string[] = []): Promise<StackSecurity> {
  const secrets = join(stackDir, 'secrets')
  const [dir, workerSecrets] = [join(secrets, 'tls'), join(secrets, 'connect')]
  const trustStorePassword = await readOrCreateSecret(workerSecrets, 'truststore')
  const workerPassword = await readOrCreateSecret(workerSecrets, 'kafka-connect')
  const kafkaPassword = await readOrCreateSecret(secrets, 'kafka-admin')
  const connectPassword = await readOrCreateSecret(secrets, 'connect-admin')
  const all = [{ name: 'kafka', commonName: 'admin' }, ...servers].map(server => ({ ...server, names }))
  await ensureCertificates(dir, all)
  await writeKeyStore(dir, 'connect', trustStorePassword)
  const caFile = join(dir, 'ca.pem')
  const ca = await readFile(caFile, 'utf8')
  const trustStore = join(dir, 'truststore.jks')
  await writeFile(trustStore, trustStoreOf(ca, trustStorePassword))
  const passwords = { trustStorePassword, kafkaPassword, workerPassword, connectPassword }
  const connectorDefaults = join(secrets, 'connectors.properties')
  const security = { dir, ca, caFile, trustStore, secrets, workerSecrets, connectorDefaults, ...passwords }
  await writeFile(connectorDefaults, propertiesText(connectorSettings(security)))
  return security
}

/** How the administrator reaches the brokers. */
export function adminAccess({ ca, kafkaPassword: password }: StackSecurity): KafkaSecurity {
  return { tls: { ca }, sasl: { mechanism: 'SCRAM-SHA-512', username: 'admin', password } }
}

/** The parameters of a URL that demand TLS of a server with our certificate. */
export const mysqlTls = ({ caFile }: StackSecurity): string => `ssl-mode=VERIFY_IDENTITY&ssl-ca=${inQuery(caFile)}`
export const postgresTls = ({ caFile }: StackSecurity): string => `sslmode=verify-full&sslrootcert=${inQuery(caFile)}`

const inQuery = (path: string): string => path.split('/').map(encodeURIComponent).join('/')
