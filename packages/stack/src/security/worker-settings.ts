import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Properties } from '../properties.ts'
import type { KafkaRight } from './kafka-access.ts'
import { kafkaClientSettings } from './kafka-settings.ts'

/** Where a worker finds the certificates, the authority as a store, and the passwords that it may read. */
type Worker = { readonly dir: string; readonly trustStore: string; readonly workerSecrets: string }

/** A password that the worker reads from its folder. */
const reference = ({ workerSecrets }: Worker, name: string) => `\${dir:${workerSecrets}:${name}}`

const kafkaClient = (worker: Worker): Properties =>
  kafkaClientSettings(worker, { username: 'connect', password: reference(worker, 'kafka-connect') })

const prefixed = (prefix: string, settings: Properties): Properties =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [prefix + name, value]))

/** What a worker needs to reach secured brokers, and to be reached with TLS and a password only. */
export function securedWorkerSettings(worker: Worker, port: number): Properties {
  const client = kafkaClient(worker)
  const password = reference(worker, 'truststore')
  // The REST server reads no PEM.
  const https = {
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': join(worker.dir, 'connect.p12'),
    'ssl.keystore.password': password,
    'ssl.key.password': password,
    'ssl.truststore.type': 'JKS',
    'ssl.truststore.location': worker.trustStore,
    'ssl.truststore.password': password
  }
  return {
    ...client,
    ...prefixed('producer.', client),
    ...prefixed('consumer.', client),
    ...prefixed('admin.', client),
    listeners: `https://127.0.0.1:${port}`,
    'rest.advertised.listener': 'https',
    'rest.extension.classes': 'org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension',
    ...prefixed('listeners.https.', https)
  }
}

/** What each connector needs to reach secured databases, and the brokers with its schema history. */
export function connectorSettings(worker: Worker): Properties {
  const client = kafkaClient(worker)
  return {
    'database.ssl.mode': 'verify_identity',
    'database.ssl.truststore': worker.trustStore,
    'database.ssl.truststore.password': reference(worker, 'truststore'),
    'database.sslmode': 'verify-full',
    'database.sslrootcert': join(worker.dir, 'ca.pem'),
    ...prefixed('schema.history.internal.producer.', client),
    ...prefixed('schema.history.internal.consumer.', client)
  }
}

/** What the workers of a group need on Kafka for themselves, beside what their connectors need. */
export function workerRights(group: Properties): readonly KafkaRight[] {
  const topics = ['config', 'offset', 'status'].map(kind => String(group[`${kind}.storage.topic`]))
  return [
    ...topics.map(name => ({ on: 'topic', name, may: ['READ', 'WRITE', 'CREATE', 'DESCRIBE_CONFIGS'] }) as const),
    { on: 'group', name: String(group['group.id']), may: ['READ'] }
  ]
}

type Users = { readonly dir: string; readonly connectPassword: string }

/** Writes who may use the worker's REST API, and returns the argument with which its JVM finds that. */
export async function prepareWorker({ dir, connectPassword }: Users): Promise<readonly string[]> {
  const [users, login] = [join(dir, 'connect-users.properties'), join(dir, 'connect-login.conf')]
  const module = 'org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule'
  await writeFile(users, `connect-admin=${connectPassword}\n`, { mode: 0o600 })
  await writeFile(login, `KafkaConnect {\n  ${module} required file="${users}";\n};\n`)
  return [`-Djava.security.auth.login.config=${login}`]
}
