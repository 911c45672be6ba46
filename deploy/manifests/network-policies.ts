import type { System } from '@outbox-cdc/pipeline'
import type {
  INetworkPolicy,
  INetworkPolicyEgressRule,
  INetworkPolicyIngressRule,
  INetworkPolicyPeer
} from 'kubernetes-models/networking.k8s.io/v1'
import { accountsOf } from './environment.ts'
import { cluster, httpPort, metadata, selectorOf } from './names.ts'

type Service = System['services'][number]

/** Who must reach whom, at which port. */
export type Connection = { readonly from: string; readonly to: string; readonly port: number }

/** Strimzi's pods have labels of their own. */
const strimzi = { kafka: `${cluster}-kafka`, connect: `${cluster}-connect`, topics: `${cluster}-entity-operator` }

export const podLabels = (name: string): Record<string, string> =>
  name in strimzi ? { 'strimzi.io/name': strimzi[name as keyof typeof strimzi] } : selectorOf(name)

const portOf = { mysql: 3306, postgres: 5432, kafka: 9092, connect: 8083 } as const
const to = (from: string, ...servers: readonly (keyof typeof portOf)[]): readonly Connection[] =>
  servers.map(server => ({ from, to: server, port: portOf[server] }))

/** Everything that the description and the tools need, and nothing else. */
export function connections(system: System): readonly Connection[] {
  const asked = system.hops.flatMap(({ writer, consumer }) => [writer, consumer])
  return [
    ...system.services.flatMap(service => connectionsOf(system, service)),
    ...to('prepare', 'mysql', 'postgres'),
    ...['connectors', 'keeper', 'console'].flatMap(name => to(name, 'mysql', 'postgres', 'kafka', 'connect')),
    ...['keeper', ...new Set(asked)].map(name => ({ from: 'console', to: name, port: httpPort })),
    ...to('connect', 'mysql', 'postgres', 'kafka', 'connect'),
    // The brokers' own listeners: for each other, and for Strimzi's topic operator.
    ...['kafka', 'topics'].flatMap(from => [9090, 9091].map(port => ({ from, to: 'kafka', port })))
  ]
}

function connectionsOf(system: System, service: Service): readonly Connection[] {
  const { name, env, reads } = service
  const asked = Object.values(env).flatMap(value =>
    typeof value === 'object' && 'urlOf' in value && value.urlOf !== name
      ? { from: name, to: value.urlOf, port: httpPort }
      : []
  )
  const databases = Object.values(system.databases).filter(({ accounts }) =>
    accountsOf(service).some(account => account in accounts)
  )
  return [
    ...asked,
    ...databases.flatMap(({ engine }) => to(name, engine)),
    ...(reads === undefined ? [] : to(name, 'kafka'))
  ]
}

const inNamespace = (name: string): INetworkPolicyPeer => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } }
})
const inPod = (name: string): INetworkPolicyPeer => ({ podSelector: { matchLabels: podLabels(name) } })
const tcp = (port: number) => ({ protocol: 'TCP' as const, port })

/** Beside our own pods: KEDA reads how many events wait. */
export const kafkaClients = (all: readonly Connection[]): readonly INetworkPolicyPeer[] => [
  ...[
    ...new Set(all.filter(({ to: server, port }) => server === 'kafka' && port === 9092).map(({ from }) => from))
  ].map(inPod),
  inNamespace('keda')
]

const fromOutside: Readonly<Record<string, readonly INetworkPolicyIngressRule[]>> = {
  gateway: [{ ports: [tcp(httpPort)] }],
  kafka: [
    { from: [inNamespace('keda')], ports: [tcp(9092)] },
    { from: [inNamespace('strimzi')], ports: [tcp(8443), tcp(9090), tcp(9091)] }
  ],
  connect: [{ from: [inNamespace('strimzi')], ports: [tcp(8083)] }]
}

// The topic operator reads KafkaTopics from the API of Kubernetes, whose address only the cluster knows.
const toOutside: Readonly<Record<string, readonly INetworkPolicyEgressRule[]>> = {
  topics: [{ ports: [tcp(443), tcp(6443)] }]
}

/** Nothing is allowed, but names may be looked up. */
function base(): readonly INetworkPolicy[] {
  const dns = [
    { protocol: 'UDP' as const, port: 53 },
    { protocol: 'TCP' as const, port: 53 }
  ]
  return [
    policy('deny-all', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
    policy('names', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        { to: [{ ...inNamespace('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }], ports: dns }
      ]
    })
  ]
}

const policy = (name: string, spec: NonNullable<INetworkPolicy['spec']>): INetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadata(name, 'engines'),
  spec
})

/** A policy for each kind of pod: who may reach it, and whom it may reach. The gateway is the only door. */
export function networkPolicies(all: readonly Connection[]): readonly INetworkPolicy[] {
  const names = [...new Set(all.flatMap(({ from, to: server }) => [from, server]))]
  return [
    ...base(),
    ...names.map(name => {
      const ingress = [
        ...grouped(
          all.filter(({ to: server }) => server === name),
          'from'
        )
      ]
      const egress = [
        ...grouped(
          all.filter(({ from }) => from === name),
          'to'
        )
      ]
      return policy(name, {
        podSelector: { matchLabels: podLabels(name) },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          ...ingress.map(({ peers, port }) => ({ from: peers, ports: [tcp(port)] })),
          ...(fromOutside[name] ?? [])
        ],
        egress: [...egress.map(({ peers, port }) => ({ to: peers, ports: [tcp(port)] })), ...(toOutside[name] ?? [])]
      })
    })
  ]
}

/** One rule for each port. */
function grouped(some: readonly Connection[], end: 'from' | 'to') {
  const byPort = Map.groupBy(some, ({ port }) => port)
  return [...byPort].map(([port, same]) => ({ port, peers: [...new Set(same.map(one => one[end]))].map(inPod) }))
}
