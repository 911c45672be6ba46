import { relative } from 'node:path'
import type { Addresses } from './addresses.ts'
import { root } from './load-system.ts'
import { replicasOf } from './replicas.ts'
import type { Settings } from './settings.ts'
import { grpcName, type Service, type System } from './system.ts'

const databases = [
  ['MySQL', 'MYSQL'],
  ['PostgreSQL', 'POSTGRES']
] as const

/** The text that a person sees when everything is up: addresses, and commands to try. */
export function welcome(
  { system, ports, replicas, dir, secure = false, playground = false }: Settings,
  addresses: Addresses,
  tookMs: number
): string {
  const here = (address = '') => address.replaceAll('127.0.0.1', 'localhost').replaceAll(',', ', ')
  const folder = relative(root, dir) || dir
  const { SCHEMA_REGISTRY_URL: registry } = addresses
  const rows: readonly (readonly [name: string, address: string, words: string])[] = [
    ...system.services.flatMap(service => serviceRows(service, { ports, replicas })),
    ['console', `http://localhost:${ports.console}`, system.about],
    ...(playground ? playgroundRows(system, ports) : []),
    ['keeper', `http://localhost:${ports.keeper}`, 'do events flow: /health, /metrics'],
    ['Kafka Connect', here(withoutLogins(addresses['CONNECT_URL'])), 'REST, Debezium inside'],
    ['Kafka', here(addresses['KAFKA_BROKERS']), secure ? 'SASL_SSL, SCRAM-SHA-512' : ''],
    ...databases.flatMap(([name, variable]) => {
      const host = addresses[`${variable}_HOST`]
      if (host === undefined) return []
      return [[name, here(`${host}:${addresses[`${variable}_PORT`]}`), `passwords in ${folder}/secrets`] as const]
    }),
    ...(registry === undefined
      ? []
      : [['schema registry', here(new URL(registry).origin), 'Avro; /apis/ccompat/v7'] as const]),
    ['logs', `${folder}/logs`, ''],
    ...(secure ? [['secrets', `${folder}/secrets`, 'keys, passwords; the authority is tls/ca.pem'] as const] : [])
  ]
  const width = Math.max(...rows.map(([name]) => name.length)) + 1
  const table = rows.map(([name, address, words]) => `  ${name.padEnd(width)} ${address.padEnd(24)} ${words}`.trimEnd())
  const commands = system.tryIt.map(
    command => `  ${command.replaceAll(/\{([a-z][\w-]*)\}/g, (_, name) => `localhost:${ports[name]}`)}`
  )
  return `
Ready in ${(tookMs / 1000).toFixed(1)} s.

${table.join('\n')}

Try it:
${[...commands, ...(secure ? securedCommands(folder, ports) : [])].join('\n')}

Stop with Ctrl-C. The services' log follows.
`
}

function serviceRows(service: Service, { ports, replicas }: Pick<Settings, 'ports' | 'replicas'>) {
  const { name, about, grpc } = service
  const rows = replicasOf(service, replicas).map(
    replica =>
      [replica.name, `http://localhost:${ports[replica.name]}`, replica.name === name ? about : `as ${name}`] as const
  )
  if (grpc === undefined) return rows
  return [...rows, [grpcName({ name }), `localhost:${ports[grpcName({ name })]}`, grpc.about] as const]
}

function playgroundRows({ playground }: System, ports: Settings['ports']) {
  const rows = [['break it', `http://localhost:${ports.console}/break`, 'stop, kill, freeze, cut, send again']] as const
  if (playground === undefined)
    return [...rows, ['', '', 'no oracle here: nothing checks what must hold meanwhile'] as const]
  const { name, about } = playground.oracle
  return [...rows, [name, `http://localhost:${ports[name]}`, about] as const]
}

/** A URL without the user and the reference to a password. */
const withoutLogins = (urls = ''): string => urls.replaceAll(/\/\/[^@,]*@/g, '//')

/** curl takes the password out of its own command line, where the list of processes would show it. */
function securedCommands(folder: string, ports: Settings['ports']): readonly string[] {
  const login = `-u connect-admin:"$(cat ${folder}/secrets/connect-admin)"`
  return [`  curl --cacert ${folder}/secrets/tls/ca.pem ${login} https://localhost:${ports.connect}/connectors`]
}
