import { groupSettings, workerAnswers } from '../connect-part.ts'
import { brokerAnswers, brokerSettings, newClusterId } from '../kafka-part.ts'
import { mysqlAnswers, serverSettings } from '../mysql-part.ts'
import { type Plan, type Stack, type StackOptions, brokersOf, makePlan, openStack } from '../stack.ts'
import { type ContainerPart, type ContainerSpec, createContainerPart } from './container-part.ts'
import { images, workerEnvironment } from './images.ts'
import { openRuntime, startPod } from './runtime.ts'

type Spec = Omit<ContainerSpec, 'pod' | 'dir'>

/** Starts MySQL, Kafka and Connect in containers, through testcontainers. Data are in the containers and end with them. */
export async function startContainers(options: StackOptions): Promise<Stack> {
  const runtime = await openRuntime()
  const plan = await makePlan(options, ['mysql', 'kafka', 'connect'])
  const { mysql, kafka, connect } = plan.ports
  const pod = await startPod(runtime, images.mysql, [mysql, ...kafka.map(({ port }) => port), ...connect])
  const parts: ContainerPart[] = []
  const release = async () => {
    await Promise.all(parts.map(part => part.remove()))
    await pod.remove()
  }
  return openStack({ ...options, where: ' in containers', release }, async () => {
    for (const spec of [mysqlSpec(plan), ...kafkaSpecs(plan), ...connectSpecs(plan, options)])
      parts.push(await createContainerPart(runtime, { ...spec, pod: pod.id, dir: options.dir }))
    return { ...plan, parts }
  })
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
  const clusterId = newClusterId()
  return ports.kafka.map(node => {
    const settings = { ...brokerSettings(node, ports.kafka, '0.0.0.0'), 'log.dirs': '/var/lib/kafka/data' }
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

function connectSpecs({ ports, worker }: Plan, { references = {} }: StackOptions): readonly Spec[] {
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
