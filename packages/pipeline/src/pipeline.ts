import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
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
import { type Addresses, addressesOf, writeAddresses } from './addresses.ts'
import { createNodePart, runNode } from './node-process.ts'
import { ourProcesses } from './our-processes.ts'
import { prepare } from './prepare.ts'
import { requireSameEvents } from './same-events.ts'
import { type PortName, type Settings, root } from './settings.ts'
import { type Supervision, supervise } from './supervise.ts'

export type Pipeline = {
  readonly stack: Stack
  readonly addresses: Addresses
  /** Our own processes by name: 'order-service', 'delivery-service', 'keeper' and 'console'. */
  readonly services: ReadonlyMap<string, Part>
  stop(): Promise<void>
}

export type PipelineOptions = {
  readonly progress: Progress
  readonly onLog: (name: string, line: string) => void
  /** When given, parts that die are started again, and each death and return is told in one line. */
  readonly onRevival?: (line: string) => void
}

/** Starts everything in order: engines, accounts and topics, tables, services and connector, keeper and console. */
export async function startPipeline(settings: Settings, options: PipelineOptions): Promise<Pipeline> {
  const { progress } = options
  const { dir, ports } = settings
  const secretsDir = join(dir, 'secrets')
  // First what a killed starter left: it may hold the very ports that are wanted.
  const release = await ownFolder(join(dir, 'run'))
  await Promise.all([requirePorts(ports), requireSameEvents(settings)]).catch(error => {
    release()
    throw error
  })
  const stack = await openStack(settings, progress).catch(error => {
    release()
    throw error
  })
  const addresses = addressesOf(settings, stack)
  const started: Part[] = []
  const supervisions: Supervision[] = []
  const stop = async () => {
    for (const supervision of supervisions) supervision.stop()
    await Promise.all(started.toReversed().map(part => part.stop()))
    await stack.stopAll()
    release()
  }
  try {
    await prepare({ stack, secretsDir, outboxStore: settings.outboxStore, registry: settings.registry, progress })
    const startParts = async (names: readonly string[]) => {
      const parts = (await ourProcesses({ settings, stack, addresses, secretsDir }))
        .filter(({ name }) => names.includes(name))
        .map(spec => createNodePart(spec, { dir, onLog: options.onLog }))
      started.push(...parts)
      await progress(`start ${names.join(', ')}`, () => Promise.all(parts.map(part => part.start())))
    }
    // Not before the tables are made: a first start that fails until then leaves the choice of the mode open.
    await writeAddresses(dir, addresses)
    await Promise.all([
      startParts(['order-service', 'delivery-service']),
      progress('connector orders-connector', () => runNode('scripts/register-connector.ts', addresses))
    ])
    await startParts(['keeper', 'console'])
  } catch (error) {
    await stop()
    throw error
  }
  if (options.onRevival !== undefined) supervisions.push(...superviseAll(stack, started, options.onRevival))
  return { stack, addresses, services: new Map(started.map(part => [part.name, part])), stop }
}

/** The engines alone, set up as for the pipeline. */
export async function openStack(settings: Settings, progress: Progress): Promise<Stack> {
  const { dir, ports, external } = settings
  if (external !== undefined) {
    const { rootPasswordFile, host, port } = external.mysql
    const rootPassword = await readFile(rootPasswordFile, 'utf8').catch(error => {
      throw new StackError('REQUIREMENT_MISSING', `MYSQL_ROOT_PASSWORD_FILE cannot be read: ${error.message}`)
    })
    requireExternalRegistry(settings)
    return externalStack({ ...external, mysql: { host, port, rootPassword: rootPassword.trim() } })
  }
  const common = {
    dir,
    brokers: settings.brokers,
    workers: settings.workers,
    workerProperties: join(root, 'connect-config/worker.properties'),
    references: { CONNECT_SECRETS_DIR: await makeConnectSecrets(join(dir, 'secrets')) },
    progress
  }
  const { mysql, kafka, connect, jmx, registry } = ports
  if (settings.containers === true) {
    if (settings.registry === true)
      throw new StackError('REQUIREMENT_MISSING', 'STACK=containers has no schema registry: leave --registry out.')
    return startContainers({ ...common, ports: { mysql, kafka, connect } })
  }
  const jmxConfig = join(root, 'connect-config/jmx-exporter.yaml')
  const heap = settings.connectHeapMb === undefined ? {} : { connectHeapMb: settings.connectHeapMb }
  return startStack({
    ...common,
    ports: { mysql, kafka, connect, jmx, registry },
    parts: ['mysql', 'kafka', 'connect', ...(settings.registry === true ? ['registry' as const] : [])],
    jmxConfig,
    ...heap
  })
}

function requireExternalRegistry({ registry, external }: Settings): void {
  if (registry === true && external?.registry === undefined)
    throw new StackError('REQUIREMENT_MISSING', 'STACK=external needs SCHEMA_REGISTRY_URL for --registry.')
}

const purposes: Readonly<Record<Exclude<PortName, 'mysql' | 'kafka' | 'connect' | 'jmx' | 'registry'>, string>> = {
  order: 'the order service',
  delivery: 'the delivery service',
  keeper: 'the keeper',
  console: 'the console'
}

async function requirePorts(ports: Settings['ports']): Promise<void> {
  for (const name of ['order', 'delivery', 'keeper', 'console'] as const) await requireFree(ports[name], purposes[name])
}

function superviseAll(stack: Stack, services: readonly Part[], say: (line: string) => void): readonly Supervision[] {
  return [...stack.parts, ...services].map(part => supervise(part, say))
}
