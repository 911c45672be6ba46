import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { kafkaSecurity } from '@outbox-cdc/outbox/security'
import type { Stack } from '@outbox-cdc/stack'
import { defaultSystem, loadSystem, root, systemNames } from './load-system.ts'
import { mostReplicas, readReplicas, type Replicas, replicable } from './replicas.ts'
import { securityVariables } from './security-variables.ts'
import { type PortFact, type Ports, canServe, choosePorts, portsOf } from './ports.ts'
import { type Engine, type System, enginesOf } from './system.ts'

const stores = ['delete', 'blackhole'] as const

export type Settings = {
  readonly system: System
  /** Data, logs, passwords and pid records. */
  readonly dir: string
  readonly ports: Ports
  readonly replicas?: Replicas | undefined
  readonly brokers: 1 | 2 | 3
  readonly workers: 1 | 2
  /** Whether Kafka, Connect and the databases demand TLS and passwords, with generated keys. */
  readonly secure?: boolean
  /** Whether an API on loopback may break the parts for a while. */
  readonly playground?: boolean
  /** Whether a schema registry runs and events are Avro; they are JSON when left out. */
  readonly registry?: boolean
  /** How the services write their outboxes; `delete` when left out. */
  readonly outboxStore?: (typeof stores)[number] | undefined
  /** Databases, Kafka and Connect in containers instead of child processes. */
  readonly containers?: boolean
  /** Heap of each Connect worker; the stack's own when left out. */
  readonly connectHeapMb?: number | undefined
  /** Further arguments of mysqld. */
  readonly mysqlArgs?: readonly string[]
  /** Servers that already run, to use instead of our own. */
  readonly external?: ExternalServers
}

type DatabaseServer = {
  readonly host: string
  readonly port: number
  readonly passwordFile: string
  readonly tls?: string | undefined
}

/** Those that the system needs. */
export type ExternalServers = Pick<Stack, 'kafka' | 'connect' | 'registry'> & {
  readonly mysql?: DatabaseServer | undefined
  readonly postgres?: DatabaseServer | undefined
  /** How to reach secured servers. */
  readonly variables?: Readonly<Record<string, string>>
}

async function usage(system: System): Promise<string> {
  return `Usage: npm start -- [SYSTEM] [options]

Starts the databases of a system, Kafka, Connect with Debezium, the services, the keeper and the console, and stays up
until Ctrl-C.

  SYSTEM            ${(await systemNames()).join(', ')} (default ${defaultSystem})
  --port-offset N   add N to every port, for a second clone beside the first
${replicasUsage(system)}  --brokers N       N Kafka brokers, 1 to 3, with every topic on each of them (default ${system.brokers ?? 1}); beside 2, a controller
                    runs in a process of its own
  --workers 2       two Connect workers (default 1)
  --registry        events as Avro instead of JSON, with a schema registry (it needs Java 21, and fetches it with pip
                    where there is none); only for a system with Avro connectors: ${await systemsWithAvro()}
  --secure          TLS, passwords and ACLs on Kafka, Connect, the databases and the registry, with keys and passwords that
                    are made at the first start; docs/security.md
  --playground      parts may be broken for a while: from the console's screen "Break it", or by an API on loopback;
                    packages/pipeline/README.md
  --help            this text

Ports of ${system.name}, each with its variable:
${portsOf(system)
  .map(({ variable, usual }) => `${variable} (${usual})`)
  .join(', ')
  .replaceAll(/(.{80,115},) /g, '$1\n')}.
OUTBOX_STORE chooses how the outbox is written: ${stores[0]} (default) or ${stores[1]}. It belongs to the data: to change it,
npm run reset.
Data, logs and passwords: ${shownDir(system.name)}, or the folder in DATA_DIR. Clear it: npm run reset.

Databases, Kafka and Connect in containers: STACK=containers; their data end with them.

Servers that run already: STACK=external with ${databaseVariables(system)},
KAFKA_BROKERS and CONNECT_URL (each one or several, separated by commas), for --registry also SCHEMA_REGISTRY_URL. Only
the services, the keeper and the console are started then. Secured ones take KAFKA_SECURITY_PROTOCOL and the further variables
of docs/security.md. Connect must reach the databases and Kafka at these addresses
and read ${shownDir(system.name)}/secrets/connect; connect-config/README.md says which settings its workers need.`
}

function replicasUsage(system: System): string {
  const names = replicable(system)
  if (names.length === 0) return ''
  const [example = '', port] = [names[0], portsOf(system).find(({ name }) => name === names[0])]
  return `  --replicas S=N    N processes of the service S, 1 to ${mostReplicas}, or several such as ${names.map((name, at) => `${name}=${at + 2}`).join()};
                    for ${names.join(', ')}. Replica N listens 10 x (N - 1) above the first: ${example}-2 on ${(port?.usual ?? 0) + 10},
                    or ${port?.variable.replace('_PORT', '_2_PORT')}
`
}

async function systemsWithAvro(): Promise<string> {
  const systems = await Promise.all((await systemNames()).map(loadSystem))
  return systems.flatMap(({ name, connectors }) => (connectors.avro === undefined ? [] : [name])).join(', ')
}

function databaseVariables(system: System): string {
  const variables: Record<Engine, string> = {
    mysql: 'MYSQL_HOST (127.0.0.1), MYSQL_PORT (3306), MYSQL_ROOT_PASSWORD_FILE',
    postgres: 'POSTGRES_HOST (127.0.0.1), POSTGRES_PORT (5432), POSTGRES_PASSWORD_FILE (of the account postgres)'
  }
  return [...enginesOf(system)].map(engine => variables[engine]).join(',\n')
}

const options = {
  'port-offset': { type: 'string', default: '0' },
  replicas: { type: 'string' },
  brokers: { type: 'string' },
  workers: { type: 'string', default: '1' },
  registry: { type: 'boolean', default: false },
  secure: { type: 'boolean', default: false },
  playground: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false }
} as const

/** The settings of `npm start -- ARGS`, or the text that answers --help. Throws a sentence when they make no sense. */
export async function readCommandLine(
  args: readonly string[],
  env: NodeJS.ProcessEnv
): Promise<Settings | { readonly help: string }> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  if (positionals.length > 1) throw new Error(`One system starts at a time, not ${positionals.join(' and ')}.`)
  const system = await loadSystem(positionals[0])
  if (values.help) return { help: await usage(system) }
  const settings = settingsOf(system, values, env)
  requireOffered(settings)
  return settings
}

/** Without it, an option that the system knows nothing of would do nothing, or no event would flow. */
function requireOffered({ system: { name, connectors, services }, registry, outboxStore }: Settings): void {
  if (registry === true && connectors.avro === undefined)
    throw new Error(`--registry: ${name} has no connectors that write Avro. Leave it out.`)
  const takesStore = services.some(({ env }) =>
    Object.values(env).some(value => typeof value === 'object' && 'from' in value && value.from === 'outbox store')
  )
  if (outboxStore !== undefined && !takesStore)
    throw new Error(`OUTBOX_STORE: no service of ${name} takes it. Leave it out.`)
}

/** The settings of a system for the tools beside `npm start`: only whether it is secured is an argument of theirs. */
export async function readSettings(env: NodeJS.ProcessEnv, name?: string, secure = false): Promise<Settings> {
  return settingsOf(await loadSystem(name), { ...parseArgs({ args: [], options }).values, secure }, env)
}

type Values = Readonly<Record<'port-offset' | 'workers', string>> & {
  readonly brokers?: string
  readonly replicas?: string
  readonly registry: boolean
  readonly secure: boolean
  readonly playground: boolean
}

function settingsOf(system: System, values: Values, env: NodeJS.ProcessEnv): Settings {
  const offset = wholeNumber('--port-offset', values['port-offset'], 50_000)
  const replicas = values.replicas === undefined ? undefined : readReplicas(values.replicas, system)
  return {
    system,
    replicas,
    dir: env['DATA_DIR'] ?? join(root, shownDir(system.name) + (values.secure ? '-secure' : '')),
    ports: choosePorts(system, port => portNumber(port, env[port.variable], { system, offset }), replicas),
    brokers: oneOf('--brokers', values.brokers ?? String(system.brokers ?? 1), [1, 2, 3]),
    workers: oneOf('--workers', values.workers, [1, 2]),
    registry: values.registry,
    secure: values.secure,
    playground: values.playground,
    outboxStore: env['OUTBOX_STORE'] ? oneOf('OUTBOX_STORE', env['OUTBOX_STORE'], stores) : undefined,
    ...chosenStack(env, system)
  }
}

function portNumber(port: PortFact, given: string | undefined, { system, offset }: Shift): number {
  const number = wholeNumber(port.variable, given ?? String(port.usual + offset), 65_535)
  if (canServe(port, number)) return number
  const cause = given === undefined ? `--port-offset ${offset}` : port.variable
  const instead = given === undefined ? `--port-offset ${nextOffset({ system, offset })}` : 'another port'
  const blocked = 'which browsers and fetch refuse to open (https://fetch.spec.whatwg.org/#port-blocking)'
  throw new Error(`${cause} puts ${port.name} on port ${number}, ${blocked}. Use ${instead}.`)
}

type Shift = { readonly system: System; readonly offset: number }

function nextOffset({ system, offset }: Shift): number {
  const works = portsOf(system).every(port => canServe(port, port.usual + offset))
  return works ? offset : nextOffset({ system, offset: offset + 1 })
}

/** Each system keeps its data in its own folder. */
const shownDir = (system: string): string => `.data/${system === defaultSystem ? 'stack' : system}`

/** What STACK chooses, for a start and for the tests alike. */
export function chosenStack(env: NodeJS.ProcessEnv, system: System): Pick<Settings, 'containers' | 'external'> {
  const { STACK = 'process' } = env
  if (STACK === 'process') return {}
  if (STACK === 'containers') return { containers: true }
  if (STACK === 'external') return { external: externalServers(env, enginesOf(system)) }
  throw new Error(`STACK takes process, containers or external, not "${STACK}".`)
}

function externalServers(env: NodeJS.ProcessEnv, engines: ReadonlySet<Engine>): ExternalServers {
  const given = (name: string): string => {
    if (env[name]) return env[name]
    throw new Error(`STACK=external needs ${name}.`)
  }
  const list = (name: string) =>
    given(name)
      .trim()
      .split(/\s*,\s*/)
  const database = (name: 'MYSQL' | 'POSTGRES', usualPort: string, passwordFile: string): DatabaseServer => ({
    host: env[`${name}_HOST`] ?? '127.0.0.1',
    port: wholeNumber(`${name}_PORT`, env[`${name}_PORT`] ?? usualPort, 65_535),
    passwordFile: given(passwordFile),
    tls: env[`${name}_TLS`]
  })
  const registry = env['SCHEMA_REGISTRY_URL'] ?? ''
  return {
    ...(engines.has('mysql') ? { mysql: database('MYSQL', '3306', 'MYSQL_ROOT_PASSWORD_FILE') } : {}),
    ...(engines.has('postgres') ? { postgres: database('POSTGRES', '5432', 'POSTGRES_PASSWORD_FILE') } : {}),
    kafka: { brokers: list('KAFKA_BROKERS'), security: kafkaSecurity(env) },
    connect: { urls: list('CONNECT_URL') },
    registry: registry === '' ? undefined : { url: registry },
    variables: givenAccess(env)
  }
}

/** pipeline.env repeats these variables, and it holds no secret. */
function givenAccess(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const given = securityVariables.flatMap(name => {
    const value = env[name]
    return value === undefined || value === '' ? [] : [[name, value] as const]
  })
  const { CONNECT_URL = '', SCHEMA_REGISTRY_URL = '' } = env
  const open = [
    ...given.filter(([name, value]) => /PASSWORD|SECRET|TOKEN$/.test(name) && !value.startsWith('${')),
    ...Object.entries({ CONNECT_URL, SCHEMA_REGISTRY_URL }).filter(([, url]) =>
      /:\/\/[^/@:]*:(?!\$\{)[^/@]*@/.test(url)
    )
  ]
  if (open[0] === undefined) return Object.fromEntries(given)
  throw new Error(`${open[0][0]} holds a secret: name its file instead, as \${dir:FOLDER:FILE}.`)
}

function wholeNumber(name: string, text: string, most: number): number {
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text)
  throw new Error(`${name} takes a whole number from 0 to ${most}, not "${text}".`)
}

function oneOf<const T extends number | string>(name: string, text: string, choices: readonly T[]): T {
  const choice = choices.find(candidate => String(candidate) === text)
  if (choice !== undefined) return choice
  throw new Error(`${name} takes ${choices.join(' or ')}, not "${text}".`)
}
