import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1'
import type { System } from '@outbox-cdc/pipeline'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { brokers } from './environment.ts'
import { metadata, selectorOf } from './names.ts'

type Service = System['services'][number]

const name = 'payment'

/** As in the original: half of the requested CPU, one to six. */
export const paymentScaler = (): IHorizontalPodAutoscaler => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: metadata(name, 'services', selectorOf(name)),
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: 1,
    maxReplicas: 6,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }]
  }
})

/** By how many events wait. More replicas than partitions would wait for nothing. */
export function lagScaler({ topics }: System, { name, reads }: Service): IScaledObject {
  const read = (reads?.topics ?? []).flatMap(name => topics.filter(topic => topic.name === name))
  const least = 2
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: metadata(name, 'services', selectorOf(name)),
    spec: {
      scaleTargetRef: { name },
      minReplicaCount: least,
      maxReplicaCount: Math.max(...read.map(({ partitions }) => partitions)),
      cooldownPeriod: 120,
      // When Kafka doesn't answer KEDA, nothing is known about the load.
      fallback: { failureThreshold: 3, replicas: least },
      triggers: read.map(topic => ({
        type: 'kafka',
        metadata: {
          bootstrapServers: brokers,
          consumerGroup: reads?.group ?? '',
          topic: topic.name,
          lagThreshold: '100',
          offsetResetPolicy: 'earliest'
        }
      }))
    }
  }
}
