import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asStack, brokersOf } from '../as-stack.ts'
import { type Ports, type RequestedPorts, choosePorts } from '../choose-ports.ts'
import { groupSettings, workerAnswers } from '../connect/connect-part.ts'
import { brokerSettings } from '../kafka/broker-settings.ts'
import { brokerAnswers } from '../kafka/kafka-part.ts'
import { mysqlAnswers, serverSettings } from '../mysql/mysql-part.ts'
import { type Progress, silently } from '../progress.ts'
import { readOrCreateSecret } from '../secrets.ts'
import type { Stack } from '../stack.ts'
import { settleBoth, startAll } from '../start-all.ts'
import { type ContainerPart, type ContainerSpec, createContainerPart } from './container-part.ts'
import { images } from './images.ts'
import { startPod } from './pod.ts'
import { openRuntime } from './runtime.ts'
import { type WorkerSettings, settingsIn, workerEnvironment } from './worker-environment.ts'

export type ContainerStackOptions = {
  /** Logs and secrets live here. Data live in the containers and end with them. */
  readonly dir: string
  readonly brokers?: 1 | 3
  readonly workers?: 1 | 2
  /** Ports that are not named are chosen among the free ones. */
  readonly ports?: Pick<RequestedPorts, 'mysql' | 'kafka' | 'connect'>
  /** A worker's properties file; `${NAME}` in it is replaced from `references`. */
  readonly workerProperties: string
  /** Each value that is a folder can be read by the workers, at its own path. */
  readonly references?: Readonly<Record<string, string>>
  readonly progress?: Progress
}

type Plan = { readonly ports: Ports; readonly secret: string; readonly worker: WorkerSettings }
type Spec = Omit<ContainerSpec, 'pod' | 'logFile'>

/** Starts MySQL, Kafka and Connect in containers, through testcontainers, and resolves when all answer. */
export async function startContainers(options: ContainerStackOptions): Promise<Stack> {
  const progress = options.progress ?? silently
  const { brokers = 1, workers = 1 } = options
  const runtime = await openRuntime()
  const ports = await choosePorts(options.ports ?? {}, { brokers, workers, wanted: ['mysql', 'kafka', 'connect'] })
  const secret = await readOrCreateSecret(join(options.dir, 'secrets'), 'root')
  const worker = await workerSettings(options)
  const pod = await startPod(runtime, images.mysql, [ports.mysql, ...ports.kafka, ...ports.connect])
  const plan = { ports, secret, worker }
  const made: ContainerPart[] = []
  const make = (spec: Spec) =>
    createContainerPart(runtime, { ...spec, pod: pod.id, logFile: join(options.dir, 'logs', `${spec.name}.log`) })
  const removeAll = async () => {
    await Promise.all(made.map(part => part.remove()))
    await pod.remove()
  }
  try {
    for (const spec of [mysqlSpec(plan), ...kafkaSpecs(plan), ...connectSpecs(plan, options)])
      made.push(await make(spec))
    await progress(`start ${made.map(({ name }) => name).join(', ')} in containers`, () => startInOrder(made))
  } catch (error) {
    await removeAll()
    throw error
  }
  const stack = asStack({ parts: made, ports, secret, release: () => undefined })
  return {
    ...stack,
    async stopAll() {
      await stack.stopAll()
      await removeAll()
    }
  }
}

/** Connect needs Kafka; MySQL needs nobody. */
async function startInOrder(parts: readonly ContainerPart[]): Promise<void> {
  const is = (kind: string) => parts.filter(({ name }) => name.startsWith(kind))
  const kafkaThenConnect = async () => {
    await startAll(is('kafka'), [])
    await startAll(is('connect'), [])
  }
  await settleBoth(startAll(is('mysql'), []), kafkaThenConnect())
}

async function workerSettings({ workerProperties, references = {} }: ContainerStackOptions): Promise<WorkerSettings> {
  const text = await readFile(workerProperties, 'utf8')
  return settingsIn(text.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (whole, key: string) => references[key] ?? whole))
}

function mysqlSpec({ ports, secret }: Plan): Spec {
  return {
    name: 'mysql',
    image: images.mysql,
    command: [...serverSettings, `--port=${ports.mysql}`],
    environment: { MYSQL_ROOT_PASSWORD: secret },
    answers: () => mysqlAnswers(ports.mysql, secret)
  }
}

function kafkaSpecs({ ports }: Plan): readonly Spec[] {
  const nodes = ports.kafka.map((port, index) => ({
    id: index + 1,
    port,
    controllerPort: ports.controllers[index] ?? 0
  }))
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A')
  return nodes.map(node => {
    const settings = { ...brokerSettings(node, nodes, '0.0.0.0'), 'log.dirs': '/var/lib/kafka/data' }
    const variables = Object.entries(settings).map(([name, value]) => [
      `KAFKA_${name.replaceAll('.', '_').toUpperCase()}`,
      String(value)
    ])
    return {
      name: `kafka-${node.id}`,
      image: images.kafka,
      environment: {
        ...Object.fromEntries(variables),
        CLUSTER_ID: clusterId,
        KAFKA_HEAP_OPTS: '-Xms64m -Xmx384m'
      },
      answers: () => brokerAnswers(node.port)
    }
  })
}

function connectSpecs({ ports, worker }: Plan, { references = {} }: ContainerStackOptions): readonly Spec[] {
  const brokers = brokersOf(ports)
  const settings = { ...worker, ...groupSettings(brokers.length), 'bootstrap.servers': brokers.join() }
  return ports.connect.map((port, index) => ({
    name: `connect-${index + 1}`,
    image: images.connect,
    // The folders belong to whoever runs this, and only the superuser of a container surely reads them.
    user: 'root',
    folders: Object.values(references),
    environment: {
      ...workerEnvironment({ ...settings, listeners: `http://0.0.0.0:${port}` }),
      ADVERTISED_HOST_NAME: '127.0.0.1',
      ADVERTISED_PORT: String(port),
      HEAP_OPTS: '-Xms64m -Xmx512m'
    },
    answers: () => workerAnswers(port)
  }))
}
