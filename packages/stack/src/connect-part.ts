import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type JavaEngine, javaArgs } from './engines/java-engine.ts'
import { type Part, createPart } from './process/part.ts'

export type ConnectPartOptions = {
  readonly engine: JavaEngine
  readonly dir: string
  readonly id: number
  readonly port: number
  readonly brokers: readonly string[]
  readonly heapMb: number
  readonly logDir: string
  readonly runDir: string
  /** A worker's properties file; `${NAME}` in it is taken from `references`. Addresses and ports are added to it. */
  readonly workerProperties: string | undefined
  readonly references: Readonly<Record<string, string>> | undefined
  /** A port for the Prometheus JMX exporter, with its configuration file. */
  readonly jmx?: { readonly port: number; readonly configFile: string }
}

/** One Kafka Connect worker in distributed mode with the Debezium MySQL connector, on loopback. */
export async function createConnectPart(options: ConnectPartOptions): Promise<Part> {
  const { engine, port, jmx } = options
  const name = `connect-${options.id}`
  const dir = join(options.dir, name)
  const propertiesFile = join(dir, 'worker.properties')
  await mkdir(dir, { recursive: true })
  await writeFile(propertiesFile, await workerProperties(options), { mode: 0o600 })
  const agent = jmx === undefined ? [] : [`-javaagent:${engine.jmxAgent}=127.0.0.1:${jmx.port}:${jmx.configFile}`]
  return createPart({
    name,
    command: 'java',
    args: [
      ...agent,
      ...javaArgs(engine, options.heapMb),
      'org.apache.kafka.connect.cli.ConnectDistributed',
      propertiesFile
    ],
    logFile: join(options.logDir, `${name}.log`),
    runDir: options.runDir,
    answers: () => workerAnswers(port)
  })
}

async function workerProperties(options: ConnectPartOptions): Promise<string> {
  const place = {
    'bootstrap.servers': options.brokers.join(','),
    listeners: `http://127.0.0.1:${options.port}`,
    'rest.advertised.host.name': '127.0.0.1',
    'rest.advertised.port': options.port,
    ...groupSettings(options.brokers.length),
    'plugin.path': options.engine.pluginPath,
    'plugin.discovery': 'service_load'
  }
  const text =
    options.workerProperties === undefined ? jsonConverters : await readFile(options.workerProperties, 'utf8')
  const settings = text.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (whole, key: string) => options.references?.[key] ?? whole)
  return `${settings}\n${Object.entries(place)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')}`
}

/** The settings that make workers one group: its name and the topics of its state. */
export function groupSettings(brokers: number): Readonly<Record<string, string | number>> {
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

const jsonConverters = ['key', 'value']
  .map(side => `${side}.converter=org.apache.kafka.connect.json.JsonConverter`)
  .join('\n')

/** A worker that answers on / may still be joining its group: only then does it list its connectors. */
export async function workerAnswers(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/connectors`, { signal: AbortSignal.timeout(3_000) })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`Connect answered ${response.status}`)
}
