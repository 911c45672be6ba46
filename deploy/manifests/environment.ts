import { databaseUrl } from '@outbox-cdc/stack'
import type { System } from '@outbox-cdc/pipeline'
import type { IEnvVar } from 'kubernetes-models/v1'
import { cluster, httpPort } from './names.ts'
import { secretsDir } from './pod.ts'

type Service = System['services'][number]
type Value = Service['env'][string]

export const brokers = `${cluster}-kafka-bootstrap:9092`
export const connectUrl = `http://${cluster}-connect-api:8083`
export const serviceUrl = (name: string): string => `http://${name}:${httpPort}`

const servers = {
  mysql: { host: 'mysql', port: 3306, rootPassword: '' },
  postgres: { host: 'postgres', port: 5432, password: '' }
}

/** The URL of a database with a reference to the file with the password. */
export function urlReference({ databases }: System, account: string, database: string): string {
  const engine = databases[database]?.engine ?? 'mysql'
  const url = databaseUrl(engine, servers[engine], { user: account, password: 'PASSWORD', database })
  return url.replace(':PASSWORD@', `:\${dir:${secretsDir}:${account}}@`)
}

/** What a setting of the ConfigMap `settings` says; without it, the variable isn't set. */
const setting = (name: string, key: string): IEnvVar => ({
  name,
  valueFrom: { configMapKeyRef: { name: 'settings', key, optional: true } }
})

/** The environment that the description gives a service, as a cluster has it. What a cluster lacks isn't set. */
export function environmentOf(system: System, service: Service): readonly IEnvVar[] {
  const own = Object.entries(service.env).flatMap(([name, value]) => variable(system, service, [name, value]))
  return [
    { name: 'HTTP_HOST', value: '0.0.0.0' },
    { name: 'HTTP_PORT', value: String(httpPort) },
    // Until the endpoints of the Service are without this pod.
    { name: 'STOP_DELAY_MS', value: '5000' },
    { name: 'OTEL_SERVICE_NAME', value: service.name },
    setting('LOG_LEVEL', 'LOG_LEVEL'),
    setting('OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'),
    ...own
  ]
}

function variable(system: System, service: Service, [name, value]: readonly [string, Value]): readonly IEnvVar[] {
  if (typeof value === 'string') return [{ name, value }]
  if ('account' in value) return [{ name, value: urlReference(system, value.account, value.database) }]
  if ('variable' in value) return [setting(name, value.variable)]
  if ('urlOf' in value) return [{ name, value: serviceUrl(value.urlOf) }]
  if ('secretsIn' in value) return [{ name, value: ownFolder(service.name) }]
  return 'from' in value && value.from === 'brokers' ? [{ name, value: brokers }] : []
}

/** Where a service keeps what it makes itself, such as keys. */
export const ownFolder = (name: string): string => `/var/lib/${name}`

export const keepsFolder = ({ env }: Service): boolean =>
  Object.values(env).some(value => typeof value === 'object' && 'secretsIn' in value)

/** The accounts whose passwords a service reads. */
export const accountsOf = ({ env }: Service): readonly string[] => [
  ...new Set(
    Object.values(env).flatMap(value => (typeof value === 'object' && 'account' in value ? value.account : []))
  )
]
