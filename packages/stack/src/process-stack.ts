import { join } from 'node:path'
import { type ConnectPartOptions, createConnectPart } from './connect-part.ts'
import { type Progress, requireFreeDisk } from './engines/cache.ts'
import { requireJava } from './engines/java.ts'
import { type JavaEngine, fetchJavaEngine, fetchPostgresConnector } from './engines/java-engine.ts'
import { findMysqlEngine } from './engines/mysql-engine.ts'
import { findPostgresEngine } from './engines/postgres-engine.ts'
import { type KafkaPartOptions, createKafkaPart, requireSameSize } from './kafka-part.ts'
import { createMysqlPart } from './mysql-part.ts'
import { createPostgresPart } from './postgres-part.ts'
import { niceValue } from './process/give-way.ts'
import type { Part } from './process/part.ts'
import { ownFolder } from './process/process-record.ts'
import { createRegistryPart, findRegistryEngine } from './registry-part.ts'
import { type Plan, type Stack, type StackOptions, brokersOf, noProgress, openStack, usualParts } from './stack.ts'

/** Data, logs, secrets and pid records are kept in `dir`; data outlives a restart in the same folder. */
export type ProcessStackOptions = StackOptions & {
  /** While the cores are busy, everything here gives way to what runs beside it, and not only Kafka and Connect. */
  readonly isBehind?: boolean
  /** Configuration file of the JMX exporter; needs `ports.jmx`. */
  readonly jmxConfig?: string
  readonly connectHeapMb?: number | undefined
  readonly mysqlArgs?: readonly string[]
  /** Changes the usual settings of the brokers. */
  readonly kafkaSettings?: KafkaPartOptions['settings']
}

/** Starts MySQL, Kafka and Connect as child processes on loopback and resolves when all answer. */
export async function startStack(options: ProcessStackOptions): Promise<Stack> {
  const { dir, parts: wanted = usualParts } = options
  const onJava = wanted.some(part => part === 'kafka' || part === 'connect')
  await Promise.all([onJava && requireJava(), requireFreeDisk(dir)])
  const release = await ownFolder(join(dir, 'run'))
  return openStack({ ...options, wanted: [...wanted, 'jmx'], release }, plan =>
    createParts(plan, { ...options, parts: wanted })
  )
}

/** The parts that are wanted, made but not started; their engines are fetched where they are missing. */
async function createParts(plan: Plan, options: ProcessStackOptions): Promise<readonly Part[]> {
  const { progress = noProgress, mysqlArgs = [], isBehind = false } = options
  const { dir, ports, rootPassword, postgresPassword: password, security } = plan
  const wants = new Set(options.parts)
  const [mysqlEngine, postgresEngine, javaEngine, registryEngine] = await Promise.all([
    wants.has('mysql') ? findMysqlEngine(progress) : undefined,
    wants.has('postgres') ? findPostgresEngine() : undefined,
    wants.has('kafka') || wants.has('connect') ? fetchJavaEngines(wants, progress) : undefined,
    wants.has('registry') ? findRegistryEngine(progress) : undefined
  ])
  const [nice, follows] = [niceValue({ isBehind }), niceValue({ isBehind, follows: true })]
  const mysql = { dir, port: ports.mysql, rootPassword, extraArgs: mysqlArgs, security, nice }
  const postgres = { dir, port: ports.postgres, security, nice }
  const parts = await Promise.all([
    mysqlEngine ? createMysqlPart({ ...mysql, engine: mysqlEngine }) : [],
    postgresEngine && password !== undefined
      ? createPostgresPart({ ...postgres, engine: postgresEngine, password })
      : [],
    javaEngine && wants.has('kafka')
      ? createKafkaParts(plan, javaEngine, { settings: options.kafkaSettings, nice: follows })
      : [],
    javaEngine && wants.has('connect') ? createConnectParts(plan, { ...options, nice: follows }, javaEngine) : [],
    registryEngine ? createRegistryPart({ dir, engine: registryEngine, port: ports.registry, security, nice }) : []
  ])
  return parts.flat()
}

/** Connect gets Debezium's PostgreSQL connector only beside a PostgreSQL. */
async function fetchJavaEngines(wants: ReadonlySet<string>, progress: Progress): Promise<JavaEngine> {
  const engine = await fetchJavaEngine(progress)
  if (!wants.has('postgres') || !wants.has('connect')) return engine
  return { ...engine, pluginPath: `${engine.pluginPath},${await fetchPostgresConnector(progress)}` }
}

async function createKafkaParts(
  { dir, ports, security }: Plan,
  engine: JavaEngine,
  more: Pick<KafkaPartOptions, 'settings' | 'nice'>
): Promise<readonly Part[]> {
  await requireSameSize(join(dir, 'kafka'), brokersOf(ports).length)
  const common = { engine, dir, nodes: ports.kafka, security, ...more }
  return Promise.all(ports.kafka.map(node => createKafkaPart({ ...common, node })))
}

function createConnectParts(
  plan: Plan,
  options: ProcessStackOptions & Pick<ConnectPartOptions, 'nice'>,
  engine: JavaEngine
): Promise<readonly Part[]> {
  const { dir, ports, worker, security } = plan
  const { jmxConfig, connectHeapMb: heapMb = 512, nice = 0 } = options
  const common = { engine, dir, brokers: brokersOf(ports), heapMb, worker, security, nice }
  const jmxOf = (index: number) =>
    jmxConfig && ports.jmx ? { port: ports.jmx + index, configFile: jmxConfig } : undefined
  const parts = ports.connect.map((port, index) =>
    createConnectPart({ ...common, id: index + 1, port, jmx: jmxOf(index) })
  )
  return Promise.all(parts)
}
