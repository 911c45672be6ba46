import { freePort } from '@outbox-cdc/stack'
import { mostReplicas, type Replicas, replicable, replicasOf } from './replicas.ts'
import { type Service, type System, enginesOf, grpcName } from './system.ts'

const tools = [
  { name: 'console', variable: 'CONSOLE_PORT', usual: 9000 },
  { name: 'keeper', variable: 'KEEPER_PORT', usual: 8084 },
  { name: 'connect', variable: 'CONNECT_PORT', usual: 8083 },
  { name: 'kafka', variable: 'KAFKA_PORT', usual: 9092 },
  { name: 'jmx', variable: 'JMX_PORT', usual: 8085 },
  { name: 'registry', variable: 'REGISTRY_PORT', usual: 8081 }
] as const

const databasePorts = {
  mysql: { name: 'mysql', variable: 'MYSQL_PORT', usual: 3307 },
  postgres: { name: 'postgres', variable: 'POSTGRES_PORT', usual: 5433 }
} as const

type ToolPort = (typeof tools)[number]['name']

/** By the name of the service, tool or engine. */
export type Ports = Readonly<Record<ToolPort, number> & Record<string, number>>
export type PortFact = { readonly name: string; readonly variable: string; readonly usual: number }

/** Every port of a system, with the variable that sets it and its usual number. */
export function portsOf(system: System, replicas: Replicas = {}): readonly PortFact[] {
  const engines = [...enginesOf(system)].toSorted().map(engine => databasePorts[engine])
  const oracle = system.playground === undefined ? [] : [system.playground.oracle]
  const moved: Readonly<Partial<Record<ToolPort, number>>> = system.ports ?? {}
  const others = tools.map(tool => ({ ...tool, usual: moved[tool.name] ?? tool.usual }))
  const services = [...system.services, ...oracle].flatMap(service => portsOfService(service, replicas))
  return [...services, ...others, ...engines]
}

export function portsOfService(service: Service, replicas: Replicas = {}): readonly PortFact[] {
  const { grpc } = service
  const http = replicasOf(service, replicas).map(({ name, port }) => ({ name, ...port }))
  if (grpc === undefined) return http
  return [...http, { name: grpcName(service), variable: grpc.variable, usual: grpc.usual }]
}

/** What is wrong with the usual ports of a description, one sentence each: two parts can't listen on one port. */
export function portProblems(system: System): readonly string[] {
  const most = Object.fromEntries(replicable(system).map(name => [name, mostReplicas]))
  const groups = Map.groupBy(portsOf(system, most), ({ usual }) => usual)
  return [...groups].flatMap(([usual, parts]) =>
    parts.length === 1 ? [] : [`The usual port ${usual} is that of ${parts.map(({ name }) => name).join(' and ')}.`]
  )
}

// https://fetch.spec.whatwg.org/#port-blocking, without the ports below 1024, which need root.
const blockedByBrowsers = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080
])

/** Whether a port can serve HTTP: browsers and fetch refuse to open some. Kafka and databases can use any port. */
export function canServe({ name }: PortFact, port: number): boolean {
  return name === 'kafka' || name in databasePorts || !blockedByBrowsers.has(port)
}

export function choosePorts(system: System, choose: (port: PortFact) => number, replicas: Replicas = {}): Ports {
  return Object.fromEntries(portsOf(system, replicas).map(port => [port.name, choose(port)])) as Ports
}

/** For a system beside others: ports that are free now. */
export async function freePorts(system: System, replicas: Replicas = {}): Promise<Ports> {
  const chosen = portsOf(system, replicas).map(async ({ name }) => [name, await freePort()] as const)
  return Object.fromEntries(await Promise.all(chosen)) as Ports
}
