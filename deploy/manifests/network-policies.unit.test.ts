import { loadSystem } from '@outbox-cdc/pipeline'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { expect, it } from 'vitest'
import { namespace } from './names.ts'
import { connections, podLabels } from './network-policies.ts'
import { isReachable, type Pod } from './reachable.ts'
import { readDocuments } from './read-documents.ts'

const system = await loadSystem('flower-delivery')
const documents = await readDocuments()
const policies = documents.filter(({ kind }) => kind === 'NetworkPolicy') as unknown as readonly INetworkPolicy[]

// The pods of the manifests, and those that Strimzi makes.
const ours = documents.flatMap(({ kind, metadata, spec }) =>
  ['Deployment', 'StatefulSet', 'Job'].includes(kind)
    ? [[metadata.name, { namespace, labels: spec.template.metadata.labels }] as const]
    : []
)
const pods = new Map<string, Pod>([
  ...ours,
  ...['kafka', 'connect', 'topics'].map(name => [name, { namespace, labels: podLabels(name) }] as const)
])
const at = (name: string): Pod => pods.get(name) ?? { namespace: 'elsewhere', labels: {} }
const ports = [3306, 5432, 8080, 8083, 9090, 9091, 9092]
const reaches = (from: Pod, name: string, port: number) => isReachable(policies, from, { ...at(name), port })

it('lets a stranger reach the gateway and nothing else', () => {
  const stranger: Pod = { namespace: 'default', labels: { 'app.kubernetes.io/name': 'order' } }
  const open = [...pods.keys()].flatMap(name =>
    ports.filter(port => reaches(stranger, name, port)).map(port => [name, port])
  )
  expect(open).toEqual([['gateway', 8080]])
})

it('lets each pod reach what the description says it needs, and no other pod', () => {
  const needed = connections(system).map(({ from, to, port }) => `${from} → ${to}:${port}`)
  const allowed = [...pods].flatMap(([from, pod]) =>
    [...pods.keys()].flatMap(to => ports.filter(port => reaches(pod, to, port)).map(port => `${from} → ${to}:${port}`))
  )
  // The gateway takes requests from everywhere, but no pod of ours may send it one.
  expect(allowed.toSorted()).toEqual([...new Set(needed)].toSorted())
})

it('covers what the description says: calls, databases, topics', () => {
  for (const { name, env, reads } of system.services) {
    for (const value of Object.values(env)) {
      if (typeof value !== 'object') continue
      if ('urlOf' in value && value.urlOf !== name)
        expect([name, value.urlOf, reaches(at(name), value.urlOf, 8080)]).toEqual([name, value.urlOf, true])
      if ('database' in value) {
        const [server, port] =
          system.databases[value.database]?.engine === 'postgres'
            ? (['postgres', 5432] as const)
            : (['mysql', 3306] as const)
        expect([name, server, reaches(at(name), server, port)]).toEqual([name, server, true])
      }
    }
    expect([name, reaches(at(name), 'kafka', 9092)]).toEqual([name, reads !== undefined])
  }
})

it('lets KEDA read the lag and Strimzi manage its clusters, and lets every pod look names up', () => {
  expect(reaches({ namespace: 'keda', labels: {} }, 'kafka', 9092)).toBe(true)
  expect(reaches({ namespace: 'keda', labels: {} }, 'mysql', 3306)).toBe(false)
  expect(reaches({ namespace: 'strimzi', labels: {} }, 'connect', 8083)).toBe(true)
  const dns = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, port: 53 }
  for (const [name, pod] of pods) expect([name, isReachable(policies, pod, dns)]).toEqual([name, true])
  expect(isReachable(policies, at('order'), { ...dns, port: 8080 })).toBe(false)
})

it('keeps the listener of Kafka closed in the policy that Strimzi writes too', () => {
  const { spec } = documents.find(({ kind }) => kind === 'Kafka') ?? { spec: undefined }
  const clients = connections(system).filter(({ to, port }) => to === 'kafka' && port === 9092)
  expect(spec.kafka.listeners[0].networkPolicyPeers).toHaveLength(new Set(clients.map(({ from }) => from)).size + 1)
})
