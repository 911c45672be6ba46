import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { groupSettings, workerAnswers } from '../connect-part.ts'
import type { Progress } from '../engines/cache.ts'
import { brokerAnswers, brokerSettings } from '../kafka-part.ts'
import { mysqlAnswers, serverSettings } from '../mysql-part.ts'
import { type Ports, type RequestedPorts, choosePorts } from '../ports.ts'
import { readOrCreateSecret } from '../secrets.ts'
import { type Stack, brokersOf, createStack, namesOf, startParts } from '../stack.ts'
import { type ContainerPart, type ContainerSpec, createContainerPart } from './container-part.ts'
import { type WorkerSettings, images, settingsIn, workerEnvironment } from './images.ts'
import { openRuntime, startPod } from './runtime.ts'

export type ContainerStackOptions = {
  /** For logs and secrets. Data are in the containers and end with them. */
  readonly dir: string
  readonly brokers?: 1 | 3
  readonly workers?: 1 | 2
  /** Ports that are not named are chosen among the free ones. */
  readonly ports?: Pick<RequestedPorts, 'mysql' | 'kafka' | 'connect'>
  /** A worker's properties file; `${NAME}` in it is replaced from `references`. */
  readonly workerProperties: string
  /** Each value is a folder that the workers can read, at its own path. */
  readonly references?: Readonly<Record<string, string>>
  readonly progress?: Progress
}

type Plan = { readonly ports: Ports; readonly rootPassword: string; readonly worker: WorkerSettings }
type Spec = Omit<ContainerSpec, 'pod' | 'logFile'>

/** Starts MySQL, Kafka and Connect in containers, through testcontainers, and resolves when all answer. */
export async function startContainers(options: ContainerStackOptions): Promise<Stack> {
  const { dir, brokers = 1, workers = 1, progress = (_step, work) => work() } = options
  const runtime = await openRuntime()
  const ports = await choosePorts(options.ports ?? {}, { brokers, workers, wanted: ['mysql', 'kafka', 'connect'] })
  const rootPassword = await readOrCreateSecret(join(dir, 'secrets'), 'root')
  const plan = { ports, rootPassword, worker: await workerSettings(options) }
  const pod = await startPod(runtime, images.mysql, [ports.mysql, ...ports.kafka, ...ports.connect])
  const parts: ContainerPart[] = []
  const release = async () => {
    await Promise.all(parts.map(part => part.remove()))
    await pod.remove()
  }
  try {
    for (const spec of [mysqlSpec(plan), ...kafkaSpecs(plan), ...connectSpecs(plan, options)]) {
      const logFile = join(dir, 'logs', `${spec.name}.log`)
      parts.push(await createContainerPart(runtime, { ...spec, pod: pod.id, logFile }))
    }
    await progress(`start ${namesOf(parts)} in containers`, () => startParts(parts))
    return createStack({ parts, ports, rootPassword, release })
  } catch (error) {
    await release()
    throw error
  }
}

async function workerSettings({ workerProperties, references = {} }: ContainerStackOptions): Promise<WorkerSettings> {
  const text = await readFile(workerProperties, 'utf8')
  return settingsIn(text.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (whole, key: string) => references[key] ?? whole))
}

function mysqlSpec({ ports, rootPassword }: Plan): Spec {
  return {
    name: 'mysql',
    image: images.mysql,
    command: [...serverSettings, `--port=${ports.mysql}`],
    environment: { MYSQL_ROOT_PASSWORD: rootPassword },
    answers: () => mysqlAnswers(ports.mysql, rootPassword)
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
    // The folders belong to the user who runs this, so only root can read them for certain.
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
