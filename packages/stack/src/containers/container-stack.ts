import { groupSettings, workerAnswers } from '../connect-part.ts'
import { newClusterId, nodeAnswers, nodeName, nodeSettings } from '../kafka-part.ts'
import { mysqlAnswers, serverSettings } from '../mysql-part.ts'
import { postgresAnswers, postgresSettings } from '../postgres-part.ts'
import type { Part } from '../process/part.ts'
import { type Plan, type Stack, type StackOptions, brokersOf, openStack, usualParts } from '../stack.ts'
import { type ContainerSpec, createContainer, createContainerPart } from './container-part.ts'
import { brokerEnvironment, images, workerEnvironment } from './images.ts'
import { type Container, openRuntime, startPod } from './runtime.ts'

/** Starts databases, Kafka and Connect in containers, through testcontainers. Data are in the containers and end with them. They are never secured. */
export async function startContainers(options: Omit<StackOptions, 'secure'>): Promise<Stack> {
  const runtime = await openRuntime()
  const containers: Container[] = []
  const release = async () => {
    for (const container of containers.toReversed()) await container.remove({ force: true, v: true })
  }
  const { parts: wanted = usualParts } = options
  return openStack({ ...options, wanted, where: ' in containers', release }, async plan => {
    const { mysql, postgres, kafka, connect } = plan.ports
    const ports = [mysql, postgres, ...kafka.map(({ port, controllerPort = 0 }) => port ?? controllerPort), ...connect]
    const pod = await startPod(runtime, wanted.includes('mysql') ? images.mysql : images.postgres, ports)
    containers.push(pod)
    const parts: Part[] = []
    for (const spec of specsOf(plan, options, new Set(wanted))) {
      const container = await createContainer(runtime, pod, spec)
      containers.push(container)
      parts.push(createContainerPart(runtime, container, spec))
    }
    return parts
  })
}

function specsOf(plan: Plan, options: StackOptions, wants: ReadonlySet<string>): readonly ContainerSpec[] {
  return [
    ...(wants.has('mysql') ? [mysqlSpec(plan)] : []),
    ...(wants.has('postgres') ? [postgresSpec(plan)] : []),
    ...(wants.has('kafka') ? kafkaSpecs(plan) : []),
    ...(wants.has('connect') ? connectSpecs(plan, options) : [])
  ]
}

function mysqlSpec({ dir, ports, rootPassword }: Plan): ContainerSpec {
  return {
    name: 'mysql',
    dir,
    image: images.mysql,
    command: [...serverSettings, `--port=${ports.mysql}`],
    environment: { MYSQL_ROOT_PASSWORD: rootPassword },
    answers: () => mysqlAnswers(ports.mysql, rootPassword)
  }
}

function postgresSpec({ dir, ports, postgresPassword = '' }: Plan): ContainerSpec {
  return {
    name: 'postgres',
    dir,
    image: images.postgres,
    command: ['postgres', ...[...postgresSettings, `port=${ports.postgres}`].flatMap(setting => ['-c', setting])],
    environment: { POSTGRES_PASSWORD: postgresPassword, POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale=C' },
    answers: () => postgresAnswers(ports.postgres, postgresPassword)
  }
}

function kafkaSpecs({ dir, ports }: Plan): readonly ContainerSpec[] {
  const clusterId = newClusterId()
  return ports.kafka.map(node => ({
    name: nodeName(node),
    dir,
    image: images.kafka,
    environment: {
      ...brokerEnvironment({
        ...nodeSettings(node, ports.kafka, { listenOn: '0.0.0.0' }),
        'log.dirs': '/var/lib/kafka/data'
      }),
      CLUSTER_ID: clusterId,
      KAFKA_HEAP_OPTS: node.port === undefined ? '-Xms64m -Xmx128m' : '-Xms64m -Xmx384m'
    },
    answers: () => nodeAnswers(node)
  }))
}

function connectSpecs({ dir, ports, worker }: Plan, { references = {} }: StackOptions): readonly ContainerSpec[] {
  const brokers = brokersOf(ports)
  const settings = { ...worker, ...groupSettings(brokers.length), 'bootstrap.servers': brokers.join() }
  return ports.connect.map((port, index) => ({
    name: `connect-${index + 1}`,
    dir,
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
