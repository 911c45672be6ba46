import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kafkajsSecurity } from '@outbox-cdc/outbox/security'
import { type JavaEngine, javaArgs } from './engines/java-engine.ts'
import { classArchive } from './engines/class-archive.ts'
import { runTool } from './engines/run-tool.ts'
import { StackError } from './errors.ts'
import { type Part, createPart } from './process/part.ts'
import { type Properties, propertiesText } from './properties.ts'
import { readOrCreate } from './secrets.ts'
import { securedBrokerSettings } from './security/kafka-settings.ts'
import { adminAccess, type StackSecurity } from './security/stack-security.ts'
import { withAdmin } from './topics.ts'

export type KafkaNode = { readonly id: number; readonly port: number; readonly controllerPort: number }

export type KafkaPartOptions = {
  readonly engine: JavaEngine
  readonly dir: string
  readonly node: KafkaNode
  readonly nodes: readonly KafkaNode[]
  readonly security?: StackSecurity | undefined
  /** Changes the node's usual settings. */
  readonly settings?: ((usual: Properties) => Properties) | undefined
}

/** One KRaft node, broker and controller in one process, on loopback. */
export async function createKafkaPart(options: KafkaPartOptions): Promise<Part> {
  const { engine, dir, node, nodes, security, settings: change = usual => usual } = options
  const name = `kafka-${node.id}`
  const data = join(dir, 'kafka', name)
  const propertiesFile = join(data, 'server.properties')
  const settings = change({
    ...brokerSettings(node, nodes, { listenOn: '127.0.0.1', clientListener: security && 'CLIENT' }),
    'log.dirs': join(data, 'log'),
    ...(security && securedBrokerSettings(security, { username: 'admin', password: security.kafkaPassword }))
  })
  await mkdir(data, { recursive: true })
  await writeFile(propertiesFile, propertiesText(settings), { mode: 0o600 })
  if (!existsSync(join(data, 'log', 'meta.properties'))) {
    const clusterId = await readOrCreate(join(dir, 'kafka', 'cluster-id'), newClusterId())
    await format({ engine, clusterId, propertiesFile, security })
  }
  const { args, afterEnd } = await classArchive('kafka', engine.classPath)
  return createPart({
    name,
    dir,
    command: 'java',
    args: [...args, ...javaArgs(engine, 384), 'kafka.Kafka', propertiesFile],
    afterEnd,
    answers: () => brokerAnswers(node.port, security)
  })
}

type Format = Pick<KafkaPartOptions, 'engine' | 'security'> & {
  readonly clusterId: string
  readonly propertiesFile: string
}

/** A secured cluster knows the administrator from its first record on. */
async function format({ engine, clusterId, propertiesFile, security }: Format): Promise<void> {
  const args = ['-cp', engine.classPath, 'kafka.tools.StorageTool', 'format', '--ignore-formatted']
  const known = [...args, '-t', clusterId, '-c', propertiesFile]
  if (security === undefined) return void (await runTool('java', known))
  // In a file, because every user of the machine can read the arguments of a process.
  const userFile = `${propertiesFile}.user`
  const user = `SCRAM-SHA-512=[name=admin,password=${security.kafkaPassword}]`
  await writeFile(userFile, `--add-scram\n${user}\n`, { mode: 0o600 })
  try {
    await runTool('java', [...known, `@${userFile}`])
  } finally {
    await rm(userFile)
  }
}

/** 16 random bytes as URL-safe base64, as Kafka writes them. */
export const newClusterId = (): string => randomBytes(16).toString('base64url').replace(/^-/, 'A')

type Listeners = { readonly listenOn: string; readonly clientListener?: string | undefined }

/** The settings of one node, which everyone reaches at 127.0.0.1. A topic is only made by a request to create it. */
export function brokerSettings(
  node: KafkaNode,
  nodes: readonly KafkaNode[],
  { listenOn, clientListener = 'PLAINTEXT' }: Listeners
): Properties {
  const replicas = Math.min(3, nodes.length)
  const inSync = replicas === 3 ? 2 : 1
  return {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `${clientListener}://${listenOn}:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `${clientListener}://127.0.0.1:${node.port}`,
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
  await mkdir(dir, { recursive: true })
  const before = Number(await readOrCreate(join(dir, 'brokers'), String(brokers)))
  if (before === brokers) return
  throw new StackError(
    'DATA_OF_OTHER_SIZE',
    `The data here was made with --brokers ${before}, and ${brokers} would lose or not replicate it. Start with --brokers ${before}, or clear the data: npm run reset.`
  )
}

/** Resolves when the broker at a port of this machine describes its cluster. */
export async function brokerAnswers(port: number, security?: StackSecurity): Promise<void> {
  const patience = { connectionTimeout: 1_000, requestTimeout: 3_000, retry: { retries: 0 } }
  await withAdmin(
    { brokers: [`127.0.0.1:${port}`], ...patience, ...(security && kafkajsSecurity(adminAccess(security))) },
    admin => admin.describeCluster()
  )
}
