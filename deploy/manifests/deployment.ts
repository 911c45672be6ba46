import type { IDeployment } from 'kubernetes-models/apps/v1'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1'
import type { IPodSpec, IService } from 'kubernetes-models/v1'
import { httpPort, metadata, selectorOf } from './names.ts'

type Part = {
  readonly name: string
  /** Left out where a scaler says how many. */
  readonly replicas?: number
  readonly podSpec: IPodSpec
  readonly type?: 'ClusterIP' | 'LoadBalancer'
}

/** A process of ours: its Deployment, its address in the cluster, and how many of it a drained node may take away. */
export function deployment({ name, replicas, podSpec, type = 'ClusterIP' }: Part) {
  const selector = selectorOf(name)
  const about = metadata(name, 'services', selector)
  const deployed: IDeployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: about,
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: selector },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      progressDeadlineSeconds: 300,
      // A stopping process takes at most 9 s, with the delay.
      template: { metadata: { labels: about.labels }, spec: { ...podSpec, terminationGracePeriodSeconds: 15 } }
    }
  }
  const address: IService = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: about,
    spec: { type, selector, ports: [{ name: 'http', port: httpPort, targetPort: httpPort }] }
  }
  const budget: IPodDisruptionBudget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: about,
    spec: { maxUnavailable: 1, selector: { matchLabels: selector } }
  }
  return [deployed, address, budget]
}
