import { readFile } from 'node:fs/promises'
import { join, parse } from 'node:path'
import {
  type Part,
  type Progress,
  type Stack,
  StackError,
  externalStack,
  ownFolder,
  requireFree,
  startContainers,
  startStack
} from '@outbox-cdc/stack'
import { makeConnectSecrets } from './accounts.ts'
import { type Addresses, addressesOf, connectorFiles, writeAddresses } from './addresses.ts'
import { root } from './load-system.ts'
import { writeHops } from './hops-file.ts'
import { type NodeProcess, createNodePart, runNode } from './node-process.ts'
import type { Playground, PlaygroundParts } from './playground/playground.ts'
import { portsOfService } from './ports.ts'
import { prepare } from './prepare.ts'
import { writePrometheusConfig } from './prometheus-config.ts'
import {
  type Surroundings,
  consoleProcess,
  hasFirst,
  keeperProcess,
  oracleProcesses,
  serviceProcesses
} from './processes.ts'
import { requireSameData } from './same-data.ts'
import { writeSagaMap } from './saga-map.ts'
import type { ExternalServers, Settings } from './settings.ts'
import { databasesOn, enginesOf } from './system.ts'
import { startRollServer } from './roll-server.ts'
import { supervise } from './supervise.ts'
import { livenessProbe } from './watch-liveness.ts'

export type Pipeline = {
  readonly stack: Stack
  readonly addresses: Addresses
  /** The system's services, 'keeper' and 'console'. */
  readonly services: ReadonlyMap<string, Part>
  stop(): Promise<void>
}

export type PipelineOptions = {
  readonly progress: Progress
  readonly onLog: (name: string, line: string) => void
  /** When given, parts that die are started again, with one line for each death and each return, and for what the playground breaks. */
  readonly onRestart?: (line: string) => void
}

/** Starts everything in order: engines, accounts and topics, tables, services and connectors, keeper and console. */
export async function startPipeline(settings: Settings, options: PipelineOptions): Promise<Pipeline> {
  // First end what a killed starter left: it may hold the ports that are needed.
  const release = await ownFolder(join(settings.dir, 'run'))
  const ends: (() => unknown)[] = [release]
  const stop = async () => {
    for (const end of ends.toReversed()) await end()
  }
  try {
    await Promise.all([requirePorts(settings), requireSameData(settings)])
    const stack = await openStack(settings, options.progress)
    ends.push(() => stack.stopAll())
    const addresses = addressesOf(settings, stack)
    const say = options.onRestart ?? (settings.playground === true ? () => undefined : undefined)
    const playground = say && settings.playground === true ? await openPlayground({ settings, stack, say }) : undefined
    ends.push(() => playground?.close())
    const started: Part[] = []
    const liveUrls = new Map<string, string>()
    ends.push(() => Promise.all(started.toReversed().map(part => part.stop())))
    await startProcesses({
      ...options,
      settings,
      started,
      liveUrls,
      around: surroundingsOf(settings, stack, addresses),
      playground
    })
    if (say !== undefined) {
      const supervised = [...stack.parts, ...started].map(part => {
        const url = liveUrls.get(part.name)
        const probe = url === undefined ? undefined : livenessProbe(part, url)
        return { part, supervision: supervise(part, say, { probe }) }
      })
      ends.push(() => supervised.forEach(({ supervision }) => supervision.stop()))
      const rolling = await startRollServer(settings, supervised, say)
      ends.push(() => rolling.close())
      playground?.open(supervised)
      ends.push(() => playground?.endFaults())
    }
    return { stack, addresses, services: new Map(started.map(part => [part.name, part])), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Loaded only when it's wanted: its Kafka client takes longer to load than all else of this package. */
async function openPlayground(parts: PlaygroundParts): Promise<Playground> {
  const { createPlayground } = await import('./playground/playground.ts')
  return createPlayground(parts)
}

type Start = PipelineOptions & {
  readonly settings: Settings
  readonly around: Surroundings
  readonly started: Part[]
  readonly liveUrls: Map<string, string>
  readonly playground: Playground | undefined
}

async function startProcesses({
  settings,
  around,
  started,
  liveUrls,
  progress,
  onLog,
  playground
}: Start): Promise<void> {
  const { system, dir, registry } = settings
  const { addresses } = around
  await prepare(around, progress)
  // Only once the tables exist: until then, a failed start may be repeated in another event format.
  await Promise.all([
    writeAddresses(dir, addresses),
    writeHops(around),
    writeSagaMap(dir, system),
    writePrometheusConfig(dir, settings)
  ])
  const start = async (specs: readonly NodeProcess[]) => {
    const parts = specs.map(spec => createNodePart(spec, { dir, onLog }))
    started.push(...parts)
    for (const { name, readyUrl } of specs) liveUrls.set(name, new URL('/health/live', readyUrl).href)
    await progress(`start ${parts.map(({ name }) => name).join(', ')}`, () =>
      Promise.all(parts.map(part => part.start()))
    )
  }
  const files = connectorFiles(system, registry)
  const forConnect = playground?.links.forConnect(addresses) ?? addresses
  const connect = () =>
    progress(`connector ${files.map(file => parse(file).name).join(', ')}`, () =>
      runNode('packages/connectctl/src/cli.ts', forConnect, ['apply', ...files])
    )
  const services = await serviceProcesses({ ...around, ports: settings.ports, through: playground?.links.through })
  // PostgreSQL publishes only what is written after the connector's slot is made; MySQL's migration has recorded a position.
  if (databasesOn(system, 'postgres').some(({ accounts }) => Object.values(accounts).includes('capture'))) {
    await connect()
    await start(services)
  } else await Promise.all([start(services), connect()])
  const tools = { ...around, addresses: forConnect }
  await start([
    keeperProcess(tools, settings),
    consoleProcess(tools, settings, playground?.variables),
    ...(playground === undefined ? [] : await oracleProcesses({ ...around, ports: settings.ports }))
  ])
}

/** What the environments of a pipeline's processes are made of. */
export function surroundingsOf(
  settings: Settings,
  stack: Stack,
  addresses = addressesOf(settings, stack)
): Surroundings {
  const { system, dir, outboxStore, replicas } = settings
  return { system, stack, addresses, secretsDir: join(dir, 'secrets'), outboxStore, replicas }
}

/** The engines alone, set up as for the pipeline. */
export async function openStack(settings: Settings, progress: Progress): Promise<Stack> {
  const {
    system,
    dir,
    ports,
    brokers,
    workers,
    connectHeapMb,
    registry = false,
    containers = false,
    external,
    secure = false
  } = settings
  requireThat(
    !secure || (!containers && external === undefined),
    '--secure is for the servers that npm start runs as processes: leave STACK out.'
  )
  if (external !== undefined) {
    requireThat(
      !registry || external.registry !== undefined,
      'STACK=external needs SCHEMA_REGISTRY_URL for --registry.'
    )
    const { kafka, connect, registry: url } = external
    return externalStack({ kafka, connect, registry: url, ...(await databaseServers(external)) })
  }
  const common = {
    dir,
    brokers,
    workers,
    ports,
    secure,
    workerProperties: join(root, 'connect-config/worker.properties'),
    references: { CONNECT_SECRETS_DIR: await makeConnectSecrets(join(dir, 'secrets')) },
    progress
  }
  requireThat(!containers || !registry, 'STACK=containers has no schema registry: leave --registry out.')
  const engines = enginesOf(system)
  if (containers) return startContainers({ ...common, parts: [...engines, 'kafka', 'connect'] })
  const parts = [...engines, 'kafka', 'connect', ...(registry ? (['registry'] as const) : [])] as const
  const isBehind = hasFirst(system)
  return startStack({
    ...common,
    parts,
    isBehind,
    connectHeapMb,
    jmxConfig: join(root, 'connect-config/jmx-exporter.yaml')
  })
}

async function databaseServers({ mysql, postgres }: ExternalServers): Promise<Pick<Stack, 'mysql' | 'postgres'>> {
  return {
    mysql:
      mysql === undefined
        ? { host: '127.0.0.1', port: 0, rootPassword: '' } // a system without MySQL never asks there
        : { ...mysql, rootPassword: await readPassword('MYSQL_ROOT_PASSWORD_FILE', mysql.passwordFile) },
    postgres: postgres && { ...postgres, password: await readPassword('POSTGRES_PASSWORD_FILE', postgres.passwordFile) }
  }
}

async function readPassword(variable: string, file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(error => {
    throw new StackError('REQUIREMENT_MISSING', `Can't read ${variable}: ${error.message}`)
  })
  return text.trim()
}

function requireThat(condition: boolean, problem: string): void {
  if (!condition) throw new StackError('REQUIREMENT_MISSING', problem)
}

async function requirePorts({ system, ports, replicas, playground }: Settings): Promise<void> {
  const oracle = playground === true ? system.playground?.oracle : undefined
  const own = [...system.services, ...(oracle ? [oracle] : [])].flatMap(service => portsOfService(service, replicas))
  for (const name of [...own.map(({ name }) => name), 'keeper', 'console']) await requireFree(ports[name] ?? 0, name)
}
