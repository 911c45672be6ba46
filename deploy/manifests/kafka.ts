import { images } from '@outbox-cdc/stack/containers/images'
import { groupSettings } from '@outbox-cdc/stack/connect-part'
import { nodeSettings } from '@outbox-cdc/stack/kafka-part'
import type { Properties } from '@outbox-cdc/stack/properties'
import type { System } from '@outbox-cdc/pipeline'
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1'
import { brokers } from './environment.ts'
import { cluster, metadata, objectName, ownImages } from './names.ts'
import { passwords } from './pod.ts'
import type { Kafka, KafkaConnect, KafkaConnector, KafkaNodePool, KafkaTopic } from './strimzi.ts'

const apiVersion = 'kafka.strimzi.io/v1'
const version = images.kafka.replace(/^.*:/, '')
const nodes = 3
const ofCluster = { 'strimzi.io/cluster': cluster }

/** Strimzi mounts what we add below this folder only. */
export const connectSecrets = '/mnt/passwords'

/** The settings that `npm start` gives its brokers, without what Strimzi decides: roles, addresses and voters. */
function brokerSettings(): Properties {
  const all = Array.from({ length: nodes }, (_, id) => ({ id, port: 1, controllerPort: 2 }))
  const [first = { id: 0, port: 1, controllerPort: 2 }] = all
  const entries = Object.entries(nodeSettings(first, all, { listenOn: '' }))
  return Object.fromEntries(
    entries.filter(([name]) => !/^(process\.roles|node\.id|controller\.|listeners|advertised\.)/.test(name))
  )
}

/** Kafka without ZooKeeper, on nodes that are brokers and controllers. `clients` are the only pods that reach them. */
export function kafka(clients: readonly INetworkPolicyPeer[]): readonly (Kafka | KafkaNodePool)[] {
  const nodePool: KafkaNodePool = {
    apiVersion,
    kind: 'KafkaNodePool',
    metadata: metadata('nodes', 'engines', ofCluster),
    spec: {
      replicas: nodes,
      roles: ['controller', 'broker'],
      storage: {
        type: 'jbod',
        volumes: [{ id: 0, type: 'persistent-claim', size: '10Gi', kraftMetadata: 'shared' }]
      },
      resources: { requests: { cpu: '250m', memory: '1Gi' }, limits: { memory: '1Gi' } },
      jvmOptions: { '-Xms': '256m', '-Xmx': '512m' }
    }
  }
  const brokersAndTopics: Kafka = {
    apiVersion,
    kind: 'Kafka',
    metadata: metadata(cluster, 'engines'),
    spec: {
      kafka: {
        version,
        // Without peers, Strimzi's own policy would open the listener to every pod of the whole cluster.
        listeners: [{ name: 'plain', port: 9092, type: 'internal', tls: false, networkPolicyPeers: clients }],
        config: brokerSettings()
      },
      entityOperator: { topicOperator: {} }
    }
  }
  return [nodePool, brokersAndTopics]
}

/** Each topic of the description. The brokers' default says how many replicas it has. */
export const topics = (system: System): readonly KafkaTopic[] =>
  system.topics.map(({ name, partitions, config }) => ({
    apiVersion,
    kind: 'KafkaTopic',
    metadata: metadata(objectName(name), 'engines', ofCluster),
    spec: { topicName: name, partitions, config }
  }))

/** Workers with the settings of connect-config/worker.properties, and the password of the account that Debezium uses. */
export function connect(worker: Properties): KafkaConnect {
  const { 'group.id': group, ...storage } = groupSettings(nodes)
  const topicOf = (kind: 'config' | 'offset' | 'status') => String(storage[`${kind}.storage.topic`])
  const config = Object.entries(storage).filter(([name]) => !name.endsWith('.storage.topic'))
  const { volume, mount } = passwords(['debezium'], connectSecrets)
  return {
    apiVersion,
    kind: 'KafkaConnect',
    metadata: {
      ...metadata(cluster, 'engines'),
      annotations: { 'strimzi.io/use-connector-resources': 'true' }
    },
    spec: {
      version,
      image: ownImages.connect,
      replicas: 2,
      bootstrapServers: brokers,
      groupId: String(group),
      configStorageTopic: topicOf('config'),
      offsetStorageTopic: topicOf('offset'),
      statusStorageTopic: topicOf('status'),
      config: { ...worker, ...Object.fromEntries(config) },
      resources: { requests: { cpu: '250m', memory: '1Gi' }, limits: { memory: '1Gi' } },
      jvmOptions: { '-Xms': '128m', '-Xmx': '512m' },
      template: {
        pod: { securityContext: { runAsNonRoot: true, fsGroup: 1001 }, volumes: [volume] },
        connectContainer: {
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [mount]
        }
      }
    }
  }
}

export type Connector = { readonly name: string; readonly config: Readonly<Record<string, string>> }

/** What the file of a connector says. Strimzi has two of its settings in fields of their own. */
export function connector({ name, config }: Connector): KafkaConnector {
  const { 'connector.class': ofClass = '', 'tasks.max': tasks, ...others } = config
  return {
    apiVersion,
    kind: 'KafkaConnector',
    metadata: metadata(name, 'connectors', ofCluster),
    spec: { class: ofClass, tasksMax: Number(tasks), config: others }
  }
}
