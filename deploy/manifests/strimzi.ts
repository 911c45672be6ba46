import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1'
import type { IPodSecurityContext, ISecurityContext, IVolume, IVolumeMount } from 'kubernetes-models/v1'
import type { metadata } from './names.ts'

// What we use of the API kafka.strimzi.io/v1 of Strimzi 1.2.0. There is no package with its schemas.
type Of<Kind extends string, Spec> = {
  readonly apiVersion: 'kafka.strimzi.io/v1'
  readonly kind: Kind
  readonly metadata: ReturnType<typeof metadata> & { readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: Spec
}
type Settings = Readonly<Record<string, string | number | boolean>>
type Resources = Readonly<Record<'requests' | 'limits', { readonly cpu?: string; readonly memory: string }>>
type JvmOptions = { readonly '-Xms': string; readonly '-Xmx': string }
type PodTemplate = { readonly securityContext?: IPodSecurityContext; readonly volumes?: readonly IVolume[] }
type ContainerTemplate = {
  readonly securityContext?: ISecurityContext
  readonly volumeMounts?: readonly IVolumeMount[]
}

export type KafkaNodePool = Of<
  'KafkaNodePool',
  {
    readonly replicas: number
    readonly roles: readonly ('controller' | 'broker')[]
    readonly storage: {
      readonly type: 'jbod'
      readonly volumes: readonly {
        readonly id: number
        readonly type: 'persistent-claim'
        readonly size: string
        readonly kraftMetadata: 'shared'
      }[]
    }
    readonly resources: Resources
    readonly jvmOptions: JvmOptions
  }
>

export type Kafka = Of<
  'Kafka',
  {
    readonly kafka: {
      readonly version: string
      readonly listeners: readonly {
        readonly name: string
        readonly port: number
        readonly type: 'internal'
        readonly tls: boolean
        readonly networkPolicyPeers: readonly INetworkPolicyPeer[]
      }[]
      readonly config: Settings
    }
    readonly entityOperator: { readonly topicOperator: object }
  }
>

export type KafkaTopic = Of<
  'KafkaTopic',
  { readonly topicName: string; readonly partitions: number; readonly config: Settings }
>

export type KafkaConnect = Of<
  'KafkaConnect',
  {
    readonly version: string
    readonly image: string
    readonly replicas: number
    readonly bootstrapServers: string
    readonly groupId: string
    readonly configStorageTopic: string
    readonly offsetStorageTopic: string
    readonly statusStorageTopic: string
    readonly config: Settings
    readonly resources: Resources
    readonly jvmOptions: JvmOptions
    readonly template: { readonly pod: PodTemplate; readonly connectContainer: ContainerTemplate }
  }
>

export type KafkaConnector = Of<
  'KafkaConnector',
  { readonly class: string; readonly tasksMax: number; readonly config: Settings }
>
