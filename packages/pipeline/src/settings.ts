import { join } from 'node:path'
import { parseArgs } from 'node:util'

const stores = ['delete', 'blackhole'] as const

export type PortName = 'order' | 'delivery' | 'console' | 'connect' | 'kafka' | 'mysql' | 'keeper' | 'jmx' | 'registry'

export type Settings = {
  /** Data, logs, passwords and pid records. */
  readonly dir: string
  readonly ports: Readonly<Record<PortName, number>>
  readonly brokers: 1 | 3
  readonly workers: 1 | 2
  /** Whether a schema registry runs and events are Avro; they are JSON when left out. */
  readonly registry?: boolean
  /** How the order service writes its outbox; `delete` when left out. */
  readonly outboxStore?: (typeof stores)[number]
  /** MySQL, Kafka and Connect in containers instead of as processes of ours. */
  readonly containers?: boolean
  /** Heap of each Connect worker; the stack's own when left out. */
  readonly connectHeapMb?: number
  /** Servers of others to use in place of our own. */
  readonly external?: ExternalServers
}

export type ExternalServers = {
  readonly mysql: { readonly host: string; readonly port: number; readonly rootPasswordFile: string }
  readonly brokers: readonly string[]
  readonly connectUrls: readonly string[]
  readonly registry?: { readonly url: string }
}

export const root = join(import.meta.dirname, '../../..')

/** Each port with the variable that sets it and its usual number. */
export const portVariables: readonly (readonly [name: PortName, variable: string, usual: number])[] = [
  ['order', 'ORDER_SERVICE_PORT', 8080],
  ['delivery', 'DELIVERY_SERVICE_PORT', 8082],
  ['console', 'CONSOLE_PORT', 9000],
  ['connect', 'CONNECT_PORT', 8083],
  ['kafka', 'KAFKA_PORT', 9092],
  ['mysql', 'MYSQL_PORT', 3307],
  ['keeper', 'KEEPER_PORT', 8084],
  ['jmx', 'JMX_PORT', 8085],
  ['registry', 'REGISTRY_PORT', 8081]
]

export const usage = `Usage: npm start -- [options]

Starts MySQL, Kafka, Connect with Debezium, the services, the keeper and the console, and stays up until Ctrl-C.

  --port-offset N   add N to every port, for a second clone beside the first
  --brokers 3       three Kafka brokers with replication 3 (default 1)
  --workers 2       two Connect workers (default 1)
  --registry        events as Avro instead of JSON, with a schema registry (it needs Java 21, and fetches it with pip
                    where there is none)
  --help            this text

Ports one by one, from the environment: ${portVariables.map(([, variable, port]) => `${variable} (${port})`).join(', ')}.
OUTBOX_STORE says how the order service writes its outbox: delete (default) or blackhole. It belongs to the data: to
change it, npm run reset.
Data, logs and passwords: .data/stack, or the folder named by DATA_DIR. Clear it: npm run reset.

MySQL, Kafka and Connect in containers: STACK=containers; their data end with them.

Servers that run already: STACK=external with MYSQL_HOST (127.0.0.1), MYSQL_PORT (3306), MYSQL_ROOT_PASSWORD_FILE,
KAFKA_BROKERS and CONNECT_URL (each one or several, separated by commas), for --registry also SCHEMA_REGISTRY_URL. Only
the services, the keeper and the console are started then. Connect must reach MySQL and Kafka at these addresses and
read .data/stack/secrets/connect; connect-config/README.md says which settings its workers need.`

/** Reads the command line and the environment; throws a sentence when one of them makes no sense. */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'port-offset': { type: 'string', default: '0' },
      brokers: { type: 'string', default: '1' },
      workers: { type: 'string', default: '1' },
      registry: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  if (values.help) return 'help'
  const offset = wholeNumber('--port-offset', values['port-offset'], 50_000)
  return {
    dir: env.DATA_DIR ?? join(root, '.data/stack'),
    ports: Object.fromEntries(
      portVariables.map(([name, variable, port]) => [
        name,
        wholeNumber(variable, env[variable] ?? String(port + offset), 65_535)
      ])
    ) as Record<PortName, number>,
    brokers: oneOf('--brokers', values.brokers, [1, 3]),
    workers: oneOf('--workers', values.workers, [1, 2]),
    registry: values.registry,
    ...outboxStore(env['OUTBOX_STORE']),
    ...chosenStack(env)
  }
}

function outboxStore(text = ''): Pick<Settings, 'outboxStore'> {
  if (text === '') return {}
  const store = stores.find(candidate => candidate === text)
  if (store === undefined) throw new Error(`OUTBOX_STORE takes ${stores.join(', ')}, not "${text}".`)
  return { outboxStore: store }
}

/** What STACK chooses, for a start and for the tests alike. */
export function chosenStack(env: NodeJS.ProcessEnv): Pick<Settings, 'containers' | 'external'> {
  const { STACK = 'process' } = env
  if (STACK === 'process') return {}
  if (STACK === 'containers') return { containers: true }
  if (STACK === 'external') return { external: externalServers(env) }
  throw new Error(`STACK takes process, containers or external, not "${STACK}".`)
}

function externalServers(env: NodeJS.ProcessEnv): ExternalServers {
  const given = (name: string): string => {
    const value = env[name]
    if (value !== undefined && value !== '') return value
    throw new Error(`STACK=external needs ${name}.`)
  }
  const list = (name: string) =>
    given(name)
      .split(',')
      .map(part => part.trim())
  return {
    mysql: {
      host: env['MYSQL_HOST'] ?? '127.0.0.1',
      port: wholeNumber('MYSQL_PORT', env['MYSQL_PORT'] ?? '3306', 65_535),
      rootPasswordFile: given('MYSQL_ROOT_PASSWORD_FILE')
    },
    brokers: list('KAFKA_BROKERS'),
    connectUrls: list('CONNECT_URL'),
    ...registryOf(env)
  }
}

function registryOf({ SCHEMA_REGISTRY_URL: url }: NodeJS.ProcessEnv) {
  return url === undefined || url === '' ? {} : { registry: { url } }
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
