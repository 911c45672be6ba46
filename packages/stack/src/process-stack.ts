import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createConnectPart } from './connect-part.ts'
import { type Progress, requireFreeDisk } from './engines/cache.ts'
import { requireJava } from './engines/java.ts'
import { type JavaEngine, fetchJavaEngine } from './engines/java-engine.ts'
import { findMysqlEngine } from './engines/mysql-engine.ts'
import { createKafkaPart, requireSameSize } from './kafka-part.ts'
import { createMysqlPart } from './mysql-part.ts'
import { type Ports, type RequestedPorts, choosePorts } from './ports.ts'
import type { Part } from './process/part.ts'
import { ownFolder } from './process/process-record.ts'
import { createRegistryPart, findRegistryEngine } from './registry-part.ts'
import { readOrCreateSecret } from './secrets.ts'
import { type Stack, brokersOf, createStack, namesOf, startParts } from './stack.ts'

export type ProcessStackOptions = {
  /** Data, logs, secrets and pid records are kept here; data outlives a restart in the same folder. */
  readonly dir: string
  readonly parts?: readonly ('mysql' | 'kafka' | 'connect' | 'registry')[]
  readonly brokers?: 1 | 3
  readonly workers?: 1 | 2
  /** Ports that are not named are chosen among the free ones. */
  readonly ports?: RequestedPorts
  /** A worker's properties file; `${NAME}` in it is replaced from `references`. */
  readonly workerProperties?: string
  readonly references?: Readonly<Record<string, string>>
  /** Configuration file of the JMX exporter; needs `ports.jmx`. */
  readonly jmxConfig?: string
  readonly connectHeapMb?: number
  readonly mysqlArgs?: readonly string[]
  readonly progress?: Progress
}

type Plan = {
  readonly options: ProcessStackOptions
  readonly ports: Ports
  readonly rootPassword: string
  readonly folders: { readonly logDir: string; readonly runDir: string }
}

const usualParts = ['mysql', 'kafka', 'connect'] as const

/** Starts MySQL, Kafka and Connect as child processes on loopback and resolves when all answer. */
export async function startStack(options: ProcessStackOptions): Promise<Stack> {
  const { dir, brokers = 1, workers = 1, parts: wanted = usualParts, progress = (_step, work) => work() } = options
  await Promise.all([requireJava(), requireFreeDisk(dir)])
  const folders = { logDir: join(dir, 'logs'), runDir: join(dir, 'run') }
  const release = await ownFolder(folders.runDir)
  let parts: readonly Part[] = []
  try {
    const ports = await choosePorts(options.ports ?? {}, { brokers, workers, wanted })
    const rootPassword = await readOrCreateSecret(join(dir, 'secrets'), 'root')
    await mkdir(folders.logDir, { recursive: true })
    parts = await createParts({ options, ports, rootPassword, folders }, progress)
    await progress(`start ${namesOf(parts)}`, () => startParts(parts))
    return createStack({ parts, ports, rootPassword, release })
  } catch (error) {
    await Promise.all(parts.map(part => part.stop()))
    release()
    throw error
  }
}

/** The parts that are wanted, made but not started; their engines are fetched where they are missing. */
async function createParts(plan: Plan, progress: Progress): Promise<readonly Part[]> {
  const { options, ports, rootPassword, folders } = plan
  const wants = (part: string) => (options.parts ?? usualParts).some(wanted => wanted === part)
  const [mysqlEngine, javaEngine, registryEngine] = await Promise.all([
    wants('mysql') ? findMysqlEngine(progress) : undefined,
    wants('kafka') || wants('connect') ? fetchJavaEngine(progress) : undefined,
    wants('registry') ? findRegistryEngine(progress) : undefined
  ])
  const own = (name: string) => ({ ...folders, dir: join(options.dir, name) })
  const mysqlPart = { ...own('mysql'), port: ports.mysql, rootPassword, extraArgs: options.mysqlArgs ?? [] }
  const parts = await Promise.all([
    mysqlEngine ? createMysqlPart({ ...mysqlPart, engine: mysqlEngine }) : [],
    javaEngine && wants('kafka') ? createKafkaParts(plan, javaEngine) : [],
    javaEngine && wants('connect') ? createConnectParts(plan, javaEngine) : [],
    registryEngine ? createRegistryPart({ ...own('registry'), engine: registryEngine, port: ports.registry }) : []
  ])
  return parts.flat()
}

async function createKafkaParts({ options, ports, folders }: Plan, engine: JavaEngine): Promise<readonly Part[]> {
  const nodes = ports.kafka.map((port, index) => ({
    id: index + 1,
    port,
    controllerPort: ports.controllers[index] ?? 0
  }))
  const dir = join(options.dir, 'kafka')
  await requireSameSize(dir, nodes.length)
  return Promise.all(nodes.map(node => createKafkaPart({ ...folders, engine, dir, node, nodes, heapMb: 384 })))
}

function createConnectParts({ options, ports, folders }: Plan, engine: JavaEngine): Promise<readonly Part[]> {
  const { jmxConfig } = options
  return Promise.all(
    ports.connect.map((port, index) =>
      createConnectPart({
        ...folders,
        engine,
        dir: join(options.dir, 'connect'),
        id: index + 1,
        port,
        brokers: brokersOf(ports),
        heapMb: options.connectHeapMb ?? 512,
        workerProperties: options.workerProperties,
        references: options.references,
        ...(jmxConfig && ports.jmx ? { jmx: { port: ports.jmx + index, configFile: jmxConfig } } : {})
      })
    )
  )
}
