import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { type JavaEngine, javaArgs } from './engines/java-engine.ts'
import { runTool } from './engines/run-tool.ts'
import { StackError } from './errors.ts'
import { type Part, createPart } from './process/part.ts'

export type KafkaNode = { readonly id: number; readonly port: number; readonly controllerPort: number }

export type KafkaPartOptions = {
  readonly engine: JavaEngine
  readonly dir: string
  readonly node: KafkaNode
  readonly nodes: readonly KafkaNode[]
  readonly heapMb: number
  readonly logDir: string
  readonly runDir: string
}

/** One KRaft node, broker and controller in one process, on loopback. */
export async function createKafkaPart(options: KafkaPartOptions): Promise<Part> {
  const { engine, node } = options
  const name = `kafka-${node.id}`
  const dir = join(options.dir, name)
  const propertiesFile = join(dir, 'server.properties')
  await mkdir(dir, { recursive: true })
  await writeFile(propertiesFile, brokerProperties(options, join(dir, 'log')))
  if (!existsSync(join(dir, 'log', 'meta.properties'))) {
    const args = ['-cp', engine.classPath, 'kafka.tools.StorageTool', 'format', '--ignore-formatted']
    await runTool('java', [...args, '-t', await clusterId(options.dir), '-c', propertiesFile])
  }
  return createPart({
    name,
    command: 'java',
    args: [...javaArgs(engine, options.heapMb), 'kafka.Kafka', propertiesFile],
    logFile: join(options.logDir, `${name}.log`),
    runDir: options.runDir,
    answers: () => brokerAnswers(node.port)
  })
}

function brokerProperties({ node, nodes }: KafkaPartOptions, logDir: string): string {
  return Object.entries({ ...brokerSettings(node, nodes, '127.0.0.1'), 'log.dirs': logDir })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

/** The cluster's id, chosen once and kept beside its data: 16 random bytes as URL-safe base64, as Kafka writes them. */
async function clusterId(dir: string): Promise<string> {
  const file = join(dir, 'cluster-id')
  await writeFile(file, randomBytes(16).toString('base64url').replace(/^-/, 'A'), { flag: 'wx' }).catch(() => undefined)
  return readFile(file, 'utf8')
}

/** The settings of one node, which everyone reaches at 127.0.0.1. A topic is only made by a request to create it. */
export function brokerSettings(
  node: KafkaNode,
  nodes: readonly KafkaNode[],
  listenOn: string
): Readonly<Record<string, string | number | boolean>> {
  const replicas = Math.min(3, nodes.length)
  const inSync = replicas === 3 ? 2 : 1
  return {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://${listenOn}:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port}`,
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 10,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 10,
    'group.initial.rebalance.delay.ms': 0,
    // A killed broker is only let in again when its old session is over: by default after 9 s.
    'broker.session.timeout.ms': 4_000,
    'broker.heartbeat.interval.ms': 500
  }
}

/** Refuses to start a cluster with another number of brokers than its data was made with: replicas would be missing. */
export async function requireSameSize(dir: string, brokers: number): Promise<void> {
  const file = join(dir, 'brokers')
  await mkdir(dir, { recursive: true })
  await writeFile(file, String(brokers), { flag: 'wx' }).catch(() => undefined)
  const before = Number(await readFile(file, 'utf8'))
  if (before === brokers) return
  throw new StackError(
    'DATA_OF_OTHER_SIZE',
    `The data here was made with --brokers ${before}, and ${brokers} would lose or not replicate it. Start with --brokers ${before}, or clear the data: npm run reset.`
  )
}

/** Resolves when the broker at a port of this machine describes its cluster. */
export async function brokerAnswers(port: number): Promise<void> {
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    await admin.describeCluster()
  } finally {
    await admin.disconnect()
  }
}
