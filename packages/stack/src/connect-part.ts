import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { classArchive } from './engines/class-archive.ts'
import { type JavaEngine, javaArgs } from './engines/java-engine.ts'
import { type Part, createPart } from './process/part.ts'
import { type Properties, propertiesText } from './properties.ts'
import { requireOk } from './require-ok.ts'
import { type SecuredKafka, ensureKafkaAccounts } from './security/kafka-access.ts'
import { prepareWorker, securedWorkerSettings, workerRights } from './security/worker-settings.ts'
import type { StackSecurity } from './security/stack-security.ts'

export type ConnectPartOptions = {
  readonly engine: JavaEngine
  readonly dir: string
  readonly id: number
  readonly port: number
  readonly brokers: readonly string[]
  readonly heapMb: number
  /** Addresses and ports are added to it. */
  readonly worker: Properties
  readonly security?: StackSecurity | undefined
  readonly nice?: number
  /** A port for the Prometheus JMX exporter, with its configuration file. */
  readonly jmx: { readonly port: number; readonly configFile: string } | undefined
}

/** One Kafka Connect worker in distributed mode with the Debezium MySQL connector, on loopback. */
export async function createConnectPart(options: ConnectPartOptions): Promise<Part> {
  const { engine, dir, port, brokers, heapMb, jmx, security, nice = 0 } = options
  const name = `connect-${options.id}`
  const propertiesFile = join(dir, 'connect', name, 'worker.properties')
  const settings = {
    ...options.worker,
    'bootstrap.servers': brokers.join(','),
    listeners: `http://127.0.0.1:${port}`,
    'rest.advertised.host.name': '127.0.0.1',
    'rest.advertised.port': port,
    ...groupSettings(brokers.length),
    'plugin.path': engine.pluginPath,
    'plugin.discovery': 'service_load',
    ...(security && securedWorkerSettings(security, port))
  }
  await mkdir(join(dir, 'connect', name), { recursive: true })
  await writeFile(propertiesFile, propertiesText(settings), { mode: 0o600 })
  const login = security && (await prepareWorker(security))
  const agent = jmx === undefined ? [] : [`-javaagent:${engine.jmxAgent}=127.0.0.1:${jmx.port}:${jmx.configFile}`]
  const main = 'org.apache.kafka.connect.cli.ConnectDistributed'
  const { args, afterEnd } = await classArchive(
    jmx === undefined
      ? { kind: 'connect', classPath: [engine.classPath] }
      : { kind: 'connect-jmx', classPath: [engine.classPath, engine.jmxAgent], hasAgent: true }
  )
  return createPart({
    name,
    dir,
    command: 'java',
    args: [...args, ...agent, ...(login ?? []), ...javaArgs(engine, heapMb), main, propertiesFile],
    afterEnd,
    nice,
    answers: () => workerAnswers(port, security)
  })
}

/** The settings that make workers one group: its name and the topics of its state. */
export function groupSettings(brokers: number): Properties {
  const replicas = Math.min(3, brokers)
  return {
    'group.id': 'connect',
    'config.storage.topic': 'connect_configs',
    'offset.storage.topic': 'connect_offsets',
    'status.storage.topic': 'connect_statuses',
    'config.storage.replication.factor': replicas,
    'offset.storage.replication.factor': replicas,
    'offset.storage.partitions': 5,
    'status.storage.replication.factor': replicas,
    'status.storage.partitions': 1
  }
}

/** Lets the workers of secured brokers in: they need their account before they start, and their connectors' rights later. */
export function ensureWorkerAccount(kafka: SecuredKafka, password: string): Promise<void> {
  const rights = workerRights(groupSettings(kafka.brokers.length))
  return ensureKafkaAccounts(kafka, [{ name: 'connect', password, rights }])
}

/** A worker that answers on / may still be joining its group: only then does it list its connectors. */
export function workerAnswers(port: number, security?: StackSecurity): Promise<void> {
  if (security === undefined) return requireOk(`http://127.0.0.1:${port}/connectors`)
  const { ca, connectPassword } = security
  return requireOk(`https://127.0.0.1:${port}/connectors`, { ca, auth: `connect-admin:${connectPassword}` })
}
