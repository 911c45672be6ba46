import type { System } from '@outbox-cdc/pipeline'
import { deployment } from './deployment.ts'
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1'
import { accountsOf, environmentOf, keepsFolder, ownFolder } from './environment.ts'
import { httpPort, metadata, ownImages, selectorOf } from './names.ts'
import { container, kept, mountsOf, passwords, pod, probes, scratch } from './pod.ts'
import { lagScaler, paymentScaler } from './scaling.ts'

type Service = System['services'][number]

/** A service of the description, and what scales it. */
export function serviceManifests(system: System, service: Service) {
  const { name, main, ready } = service
  const accounts = accountsOf(service)
  const keeps = keepsFolder(service)
  const { volumes, volumeMounts } = mountsOf([
    scratch('tmp', '/tmp'),
    ...(accounts.length > 0 ? [passwords(accounts)] : []),
    ...(keeps ? [kept(name, ownFolder(name))] : [])
  ])
  const scaler = scalerOf(system, service)
  const podSpec = pod({
    volumes,
    ...(keeps ? { affinity: besideItself(name) } : {}),
    containers: [
      container({
        name,
        image: ownImages.services,
        args: [main],
        env: [...environmentOf(system, service)],
        ports: [{ name: 'http', containerPort: httpPort }],
        ...probes(ready),
        volumeMounts
      })
    ]
  })
  // One gateway: its replicas would share the topics, and each page would see the events of one of them only.
  const replicas = scaler === undefined ? { replicas: 1 } : {}
  const type = name === 'gateway' ? 'LoadBalancer' : 'ClusterIP'
  return [
    ...deployment({ name, podSpec, type, ...replicas }),
    ...(scaler === undefined ? [] : [scaler]),
    ...(keeps ? [claim(name)] : [])
  ]
}

/** A caller waits for the answer of payment, so its load is CPU; the others work off what is in their topics. */
function scalerOf(system: System, service: Service) {
  if (service.name === 'payment') return paymentScaler()
  return service.reads !== undefined && accountsOf(service).length > 0 ? lagScaler(system, service) : undefined
}

/** Only the pods of one node can share its volume, as the old and the new one do during a rolling update. */
const besideItself = (name: string) => ({
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { labelSelector: { matchLabels: selectorOf(name) }, topologyKey: 'kubernetes.io/hostname' }
    ]
  }
})

const claim = (name: string): IPersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: metadata(name, 'services', selectorOf(name)),
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '64Mi' } } }
})
