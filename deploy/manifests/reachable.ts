import type { INetworkPolicy, INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1'

export type Pod = { readonly labels: Readonly<Record<string, string>>; readonly namespace: string }
type Selector = { readonly matchLabels?: Readonly<Record<string, string>> }
type Rule = {
  readonly peers: readonly INetworkPolicyPeer[] | undefined
  readonly ports: readonly (number | undefined)[]
}

const fits = ({ matchLabels = {} }: Selector, labels: Pod['labels']) =>
  Object.entries(matchLabels).every(([name, value]) => labels[name] === value)

/** Whether the policies let one pod connect to a TCP port of another, as Kubernetes reads them. Namespaces have their name as a label. */
export function isReachable(
  policies: readonly INetworkPolicy[],
  from: Pod,
  to: Pod & { readonly port: number }
): boolean {
  const allows = (end: Pod, other: Pod, direction: 'Ingress' | 'Egress') => {
    const about = policies.filter(
      ({ metadata, spec }) =>
        metadata?.namespace === end.namespace &&
        spec?.policyTypes?.includes(direction) &&
        fits(spec.podSelector as Selector, end.labels)
    )
    // What no policy selects is open.
    return about.length === 0 || about.some(policy => rulesOf(policy, direction).some(rule => passes(rule, other, end)))
  }
  const passes = ({ peers, ports }: Rule, other: Pod, end: Pod) =>
    (ports.length === 0 || ports.includes(to.port)) &&
    (peers === undefined || peers.some(peer => isPeer(peer, other, end.namespace)))
  return allows(from, to, 'Egress') && allows(to, from, 'Ingress')
}

function rulesOf({ spec }: INetworkPolicy, direction: 'Ingress' | 'Egress'): readonly Rule[] {
  const tcpPorts = (ports: readonly { port?: unknown; protocol?: string }[] = []) =>
    ports.map(({ port, protocol = 'TCP' }) => (protocol === 'TCP' ? Number(port) : undefined))
  return direction === 'Ingress'
    ? (spec?.ingress ?? []).map(rule => ({ peers: rule.from, ports: tcpPorts(rule.ports) }))
    : (spec?.egress ?? []).map(rule => ({ peers: rule.to, ports: tcpPorts(rule.ports) }))
}

function isPeer({ podSelector, namespaceSelector }: INetworkPolicyPeer, pod: Pod, namespace: string): boolean {
  const inNamespace =
    namespaceSelector === undefined
      ? pod.namespace === namespace
      : fits(namespaceSelector as Selector, { 'kubernetes.io/metadata.name': pod.namespace })
  return inNamespace && fits((podSelector ?? {}) as Selector, pod.labels)
}
