import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createConnectPart } from './connect/connect-part.ts'
import { type JavaEngine, fetchJavaEngine } from './engines/java-engine.ts'
import { findMysqlEngine } from './engines/mysql-engine.ts'
import { checkRequirements } from './engines/requirements.ts'
import { createKafkaPart } from './kafka/kafka-part.ts'
import { requireSameSize } from './kafka/cluster-size.ts'
import { createMysqlPart } from './mysql/mysql-part.ts'
import type { Part } from './process/part.ts'
import { asStack, brokersOf } from './as-stack.ts'
import { settleBoth, startAll } from './start-all.ts'
import { createRegistryPart, findRegistryEngine, type RegistryEngine } from './registry/registry-part.ts'
import { type Ports, type RequestedPorts, choosePorts } from './choose-ports.ts'
import { type Progress, silently } from './progress.ts'
import { ownFolder } from './own-folder.ts'
import { readOrCreateSecret } from './secrets.ts'
import type { Stack } from './stack.ts'

export type ProcessStackOptions = {
  /** Data, logs, secrets and pid records live here; data outlives a restart in the same folder. */
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

/** Starts MySQL, Kafka and Connect as child processes on loopback and resolves when all answer. */
export async function startStack(options: ProcessStackOptions): Promise<Stack> {
  const progress = options.progress ?? silently
  await checkRequirements(options.dir)
  const release = await ownFolder(join(options.dir, 'run'))
  const started: Part[] = []
  try {
    const plan = await planStack(options, progress)
    const kafkaThenConnect = async () => {
      await startAll(plan.kafka, started)
      await startAll(plan.connect, started)
    }
    const parts = [...plan.mysql, ...plan.kafka, ...plan.connect, ...plan.registry]
    const alone = [...plan.mysql, ...plan.registry]
    await progress(`start ${parts.map(part => part.name).join(', ')}`, () =>
      settleBoth(startAll(alone, started), kafkaThenConnect())
    )
    return asStack({
      parts,
      ports: plan.ports,
      secret: plan.secret,
      release
    })
  } catch (error) {
    await Promise.all(started.map(part => part.stop()))
    release()
    throw error
  }
}

type Plan = {
  readonly mysql: readonly Part[]
  readonly kafka: readonly Part[]
  readonly connect: readonly Part[]
  readonly registry: readonly Part[]
  readonly ports: Ports
  readonly secret: string
}

async function planStack(options: ProcessStackOptions, progress: Progress): Promise<Plan> {
  const wanted = options.parts ?? ['mysql', 'kafka', 'connect']
  const ports = await choosePorts(options.ports ?? {}, {
    brokers: options.brokers ?? 1,
    workers: options.workers ?? 1,
    wanted
  })
  const rootPassword = await readOrCreateSecret(join(options.dir, 'secrets'), 'root')
  const needsJava = wanted.includes('kafka') || wanted.includes('connect')
  const [mysqlEngine, javaEngine, registryEngine] = await Promise.all([
    wanted.includes('mysql') ? findMysqlEngine(progress) : undefined,
    needsJava ? fetchJavaEngine(progress) : undefined,
    wanted.includes('registry') ? findRegistryEngine(progress) : undefined
  ])
  const common = { logDir: join(options.dir, 'logs'), runDir: join(options.dir, 'run') }
  await mkdir(common.logDir, { recursive: true })
  const mysqlPart = async () => {
    if (mysqlEngine === undefined) return []
    const extraArgs = options.mysqlArgs ?? []
    return [
      await createMysqlPart({
        ...common,
        engine: mysqlEngine,
        dir: join(options.dir, 'mysql'),
        port: ports.mysql,
        rootPassword,
        extraArgs
      })
    ]
  }
  const [mysql, kafka, connect, registry] = await Promise.all([
    mysqlPart(),
    javaEngine === undefined || !wanted.includes('kafka') ? [] : kafkaParts(options, javaEngine, ports),
    javaEngine === undefined || !wanted.includes('connect') ? [] : connectParts(options, javaEngine, ports),
    registryEngine === undefined ? [] : registryParts(options, registryEngine, ports)
  ])
  return { mysql, kafka, connect, registry, ports, secret: rootPassword }
}

async function kafkaParts(options: ProcessStackOptions, engine: JavaEngine, ports: Ports): Promise<readonly Part[]> {
  const nodes = ports.kafka.map((port, index) => ({
    id: index + 1,
    port,
    controllerPort: ports.controllers[index] ?? 0
  }))
  const common = { engine, dir: join(options.dir, 'kafka'), nodes, heapMb: 384, ...folders(options) }
  await requireSameSize(common.dir, nodes.length)
  const [first, ...others] = nodes
  if (first === undefined) return []
  // The first one chooses the cluster's id; the others find it.
  const part = await createKafkaPart({ ...common, node: first })
  return [part, ...(await Promise.all(others.map(node => createKafkaPart({ ...common, node }))))]
}

async function registryParts(options: ProcessStackOptions, engine: RegistryEngine, { registry: port }: Ports) {
  return [await createRegistryPart({ ...folders(options), engine, dir: join(options.dir, 'registry'), port })]
}

function connectParts(options: ProcessStackOptions, engine: JavaEngine, ports: Ports): Promise<readonly Part[]> {
  const { workerProperties, references, jmxConfig } = options
  return Promise.all(
    ports.connect.map((port, index) =>
      createConnectPart({
        engine,
        dir: join(options.dir, 'connect'),
        id: index + 1,
        port,
        brokers: brokersOf(ports),
        heapMb: options.connectHeapMb ?? 512,
        ...folders(options),
        ...(workerProperties === undefined ? {} : { workerProperties }),
        ...(references === undefined ? {} : { references }),
        ...(jmxConfig === undefined || ports.jmx === undefined
          ? {}
          : { jmx: { port: ports.jmx + index, configFile: jmxConfig } })
      })
    )
  )
}

function folders({ dir }: ProcessStackOptions): { readonly logDir: string; readonly runDir: string } {
  return { logDir: join(dir, 'logs'), runDir: join(dir, 'run') }
}
