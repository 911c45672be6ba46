import { join } from 'node:path'
import { niceValue, type Stack } from '@outbox-cdc/stack'
import { ownerOf, urlFor } from './accounts.ts'
import { type Addresses, connectorFiles, urlVariable } from './addresses.ts'
import { root } from './load-system.ts'
import { accessOf } from './security-variables.ts'
import { type NodeProcess, starterVariable } from './node-process.ts'
import { type Replicas, replicasOf } from './replicas.ts'
import type { Settings } from './settings.ts'
import { grpcName, type Service, type System, type Value } from './system.ts'

/** What a service's environment is made of. */
export type Surroundings = {
  readonly system: System
  readonly stack: Stack
  readonly secretsDir: string
  readonly addresses: Addresses
  readonly outboxStore?: Settings['outboxStore']
  readonly replicas?: Replicas | undefined
  /** Takes the accounts that own the databases, as migrations need them. */
  readonly asOwner?: boolean
}

type Started = Surroundings & Pick<Settings, 'ports'>
type Through = { readonly through?: ((service: string, around: Surroundings) => Surroundings) | undefined }

/**
 * The services, each with its own account, its own port and nothing that it doesn't need, as `through` lets it reach the
 * databases. Replicas differ in their name and port only.
 */
export async function serviceProcesses({ through, ...around }: Started & Through): Promise<readonly NodeProcess[]> {
  const { system, ports, replicas } = around
  const processes = system.services.map(async service => {
    const first = await serviceProcess(service, { ...(through?.(service.name, around) ?? around), ports })
    const all = replicasOf(service, replicas)
    const env = all.length === 1 ? first.env : { STOP_DELAY_MS: String(stopDelayMs), ...first.env }
    return all.map(({ name }) => ({
      ...first,
      name,
      service: service.name,
      env: { ...env, HTTP_PORT: String(ports[name]) },
      readyUrl: `http://127.0.0.1:${ports[name]}${service.ready}`,
      traced: true
    }))
  })
  return (await Promise.all(processes)).flat()
}

/** A replica that stops takes requests for so long, until the gateway has noticed that it isn't ready. */
const stopDelayMs = 2_000

/** What checks the system's invariants; it reaches everything directly. */
export async function oracleProcesses(around: Started): Promise<readonly NodeProcess[]> {
  const { playground } = around.system
  return playground === undefined ? [] : [await serviceProcess(playground.oracle, around)]
}

async function serviceProcess(service: Service, { ports, ...around }: Started): Promise<NodeProcess> {
  const port = ports[service.name] ?? 0
  return {
    name: service.name,
    file: service.main,
    env: { HTTP_PORT: String(port), ...grpcPort(service, ports), ...(await environmentOf(service, around)) },
    readyUrl: `http://127.0.0.1:${port}${service.ready}`,
    nice: niceValue({ isBehind: service.goesFirst !== true && hasFirst(around.system) })
  }
}

/** Whether one service of the system goes before everything else. */
export const hasFirst = ({ services }: System): boolean => services.some(({ goesFirst }) => goesFirst === true)

const toolsNice = (system: System) => niceValue({ follows: true, isBehind: hasFirst(system) })

const grpcPort = (service: Service, ports: Settings['ports']): Record<string, string> =>
  service.grpc === undefined ? {} : { GRPC_PORT: String(ports[grpcName(service)]) }

export async function environmentOf(service: Service, around: Surroundings): Promise<Record<string, string>> {
  const resolved = securityOf(service, around)
  for (const [variable, source] of Object.entries(service.env)) {
    const value = await resolve(source, around)
    if (value !== undefined) resolved[variable] = value
  }
  return resolved
}

/** A service that reads no topic needs no account on Kafka. */
function securityOf({ name, reads }: Service, around: Surroundings): Record<string, string> {
  const access = accessOf(name, around)
  const { NODE_EXTRA_CA_CERTS: authority } = access
  if (reads === undefined) return authority === undefined ? {} : { NODE_EXTRA_CA_CERTS: authority }
  // Its account may not ask the broker how long a topic keeps its records.
  const keep = around.stack.security === undefined ? {} : { INBOX_KEEP_MS: String(keepMs(reads.topics, around.system)) }
  return { ...access, ...keep }
}

const [hour, day] = [3_600_000, 86_400_000]

/** How long a record can be read again: the longest retention of the topics, one segment more, and an hour. */
function keepMs(names: readonly string[], { topics }: System): number {
  const kept = topics.flatMap(({ name, config }) => {
    if (!names.includes(name)) return []
    const retention = Number(config['retention.ms'] ?? 7 * day)
    return [retention < 0 ? 36_500 * day : retention + Number(config['segment.ms'] ?? 7 * day) + hour]
  })
  return Math.max(...kept)
}

async function resolve(value: Value, around: Surroundings): Promise<string | undefined> {
  const { system, stack, addresses, outboxStore, asOwner } = around
  if (typeof value === 'string') return value
  if ('account' in value) {
    const owner = asOwner === true ? ownerOf(system, value.database) : undefined
    return urlFor(owner ?? value.account, value.database, around)
  }
  if ('variable' in value) return starterVariable(value.variable)
  if ('urlOf' in value) return addresses[urlVariable(value.urlOf)]
  if ('secretsIn' in value) return join(around.secretsDir, value.secretsIn)
  switch (value.from) {
    case 'brokers':
      return stack.kafka.brokers.join()
    case 'console':
      return addresses['CONSOLE_URL']
    case 'registry':
      return addresses['SCHEMA_REGISTRY_URL']
    case 'outbox store':
      return outboxStore
    case 'outbox writer':
      // One process of each service runs here, so every number is its own.
      return outboxStore === undefined ? undefined : '0'
  }
}

const liveUrl = (port: number) => `http://127.0.0.1:${port}/health/live`

export function keeperProcess(around: Surroundings, { ports, registry, dir }: Settings): NodeProcess {
  const { system, addresses } = around
  return {
    name: 'keeper',
    file: 'packages/connectctl/src/cli.ts',
    args: ['keep', ...connectorFiles(system, registry), '--port', String(ports.keeper), '--watch-disk', dir],
    env: { ...addresses, ...accessOf('keeper', around) },
    readyUrl: liveUrl(ports.keeper),
    nice: toolsNice(system)
  }
}

function figureVariables({ figure }: System): Addresses {
  if (figure === undefined) return {}
  return { FIGURE_FILE: join(root, figure.file), FIGURE_TITLE: figure.title, FIGURE_ABOUT: figure.about }
}

export function consoleProcess(around: Surroundings, { ports }: Settings, more: Addresses = {}): NodeProcess {
  return {
    name: 'console',
    file: 'packages/console/src/cli.ts',
    env: {
      ...around.addresses,
      ...accessOf('console', around),
      ...figureVariables(around.system),
      ...more,
      CONSOLE_PORT: String(ports.console),
      // Without these limits, garbage of a search takes up to twice as much memory.
      NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=192'
    },
    readyUrl: liveUrl(ports.console),
    nice: toolsNice(around.system)
  }
}
