import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { kafkajsSecurity } from '@outbox-cdc/outbox/security'
import { type JavaEngine, javaArgs } from './engines/java-engine.ts'
import { type ClassArchive, classArchive } from './engines/class-archive.ts'
import { runTool } from './engines/run-tool.ts'
import { StackError } from './errors.ts'
import type { KafkaNode } from './ports.ts'
import { type Part, createPart } from './process/part.ts'
import { type Properties, propertiesText } from './properties.ts'
import { readOrCreate } from './secrets.ts'
import { securedBrokerSettings } from './security/kafka-settings.ts'
import { adminAccess, type StackSecurity } from './security/stack-security.ts'
import { withAdmin } from './topics.ts'

export type KafkaPartOptions = {
  readonly engine: JavaEngine
  readonly dir: string
  readonly node: KafkaNode
  readonly nodes: readonly KafkaNode[]
  readonly security?: StackSecurity | undefined
  readonly nice?: number
  /** Changes the node's usual settings. */
  readonly settings?: ((usual: Properties) => Properties) | undefined
}

/** One KRaft node on loopback. */
export async function createKafkaPart(options: KafkaPartOptions): Promise<Part> {
  const { engine, dir, node, nodes, security, nice = 0, settings: change = usual => usual } = options
  const name = nodeName(node)
  const data = join(dir, 'kafka', name)
  const propertiesFile = join(data, 'server.properties')
  const settings = change({
    ...nodeSettings(node, nodes, { listenOn: '127.0.0.1', clientListener: security && 'CLIENT' }),
    'log.dirs': join(data, 'log'),
    // By default a broker takes 128 MB for the cleaner as it starts. This still holds 150,000 keys in one pass.
    'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
    ...(security && securedBrokerSettings(security, { username: 'admin', password: security.kafkaPassword }))
  })
  await mkdir(data, { recursive: true })
  await writeFile(propertiesFile, propertiesText(settings), { mode: 0o600 })
  const isBroker = node.port !== undefined
  const archive = await classArchive({ kind: isBroker ? 'kafka' : name, classPath: [engine.classPath] })
  const { args, afterEnd } = archive
  if (!existsSync(join(data, 'log', 'meta.properties'))) {
    const clusterId = await readOrCreate(join(dir, 'kafka', 'cluster-id'), newClusterId())
    await format({ engine, clusterId, propertiesFile, security, archive })
  }
  return createPart({
    name,
    dir,
    command: 'java',
    args: [...args, ...javaArgs(engine, isBroker ? 384 : 128), 'kafka.Kafka', propertiesFile],
    afterEnd,
    nice,
    answers: () => nodeAnswers(node, security)
  })
}

type Format = Pick<KafkaPartOptions, 'engine' | 'security'> & {
  readonly clusterId: string
  readonly propertiesFile: string
  readonly archive: ClassArchive
}

/** A secured cluster knows the administrator from its first record on. */
async function format({ engine, clusterId, propertiesFile, security, archive }: Format): Promise<void> {
  const briefly = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...(archive.exists ? archive.args : [])]
  const args = [...briefly, '-cp', engine.classPath, 'kafka.tools.StorageTool', 'format', '--ignore-formatted']
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

/** `kafka-1` …, or `controller` for a node that is no broker. */
export const nodeName = ({ id, port }: KafkaNode): string => (port === undefined ? 'controller' : `kafka-${id}`)

/** The settings of one node, which everyone reaches at 127.0.0.1. A topic is only made by a request to create it. */
export function nodeSettings(
  node: KafkaNode,
  nodes: readonly KafkaNode[],
  { listenOn, clientListener = 'PLAINTEXT' }: Listeners
): Properties {
  const { id, port, controllerPort } = node
  const isBroker = port !== undefined
  const isController = controllerPort !== undefined
  const replicas = Math.min(3, nodes.filter(each => each.port !== undefined).length)
  const inSync = replicas === 3 ? 2 : 1
  const listeners = [
    ...(isBroker ? [`${clientListener}://${listenOn}:${port}`] : []),
    ...(isController ? [`CONTROLLER://${isBroker ? '127.0.0.1' : listenOn}:${controllerPort}`] : [])
  ]
  return {
    'process.roles': [...(isBroker ? ['broker'] : []), ...(isController ? ['controller'] : [])].join(),
    'node.id': id,
    'controller.quorum.voters': votersOf(nodes),
    'controller.listener.names': 'CONTROLLER',
    listeners: listeners.join(),
    ...(isBroker && { 'advertised.listeners': `${clientListener}://127.0.0.1:${port}` }),
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
    'broker.heartbeat.interval.ms': 500,
    // By default a record without content twice a second, which each node syncs to disk.
    'metadata.max.idle.interval.ms': 5_000
  }
}

const votersOf = (nodes: readonly KafkaNode[]): string =>
  nodes
    .flatMap(({ id, controllerPort }) => (controllerPort === undefined ? [] : [`${id}@127.0.0.1:${controllerPort}`]))
    .join()

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

/** Resolves when a node of this machine describes its cluster, or takes connections if it is no broker. */
export async function nodeAnswers({ port, controllerPort = 0 }: KafkaNode, security?: StackSecurity): Promise<void> {
  if (port === undefined) return takesConnections(controllerPort)
  const patience = { connectionTimeout: 1_000, requestTimeout: 3_000, retry: { retries: 0 } }
  await withAdmin(
    { brokers: [`127.0.0.1:${port}`], ...patience, ...(security && kafkajsSecurity(adminAccess(security))) },
    admin => admin.describeCluster()
  )
}

/** The brokers can't join a controller that doesn't work, so more need not be asked. */
function takesConnections(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}
