import type { Stack } from '@outbox-cdc/stack'
import type { Addresses } from '../addresses.ts'
import type { Surroundings } from '../processes.ts'
import { type Engine, type System, databasesOn, enginesOf } from '../system.ts'
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts'

export type Link = { readonly name: string; readonly about: string; readonly proxy: FaultyProxy }

/** The ways to the databases that can be cut. Each goes through a proxy of its own. */
export type Links = {
  readonly all: readonly Link[]
  /** The databases as this service reaches them. */
  readonly through: (service: string, around: Surroundings) => Surroundings
  /** The addresses as the connectors get them; the keeper checks and repairs connectors, so it gets the same. */
  forConnect(addresses: Addresses): Addresses
  close(): Promise<void>
}

const connect = 'connect'
const portVariables = { mysql: 'MYSQL_PORT', postgres: 'POSTGRES_PORT' } as const
type Ports = ReadonlyMap<string, Partial<Record<Engine, number>>>

/** Opens a proxy for each pair. */
export async function openLinks(pairs: readonly Pair[], stack: Stack): Promise<Links> {
  const ports: Ports & Map<string, Partial<Record<Engine, number>>> = new Map()
  const all: Link[] = []
  for (const [from, engine] of pairs) {
    const server = stack[engine]
    if (server === undefined) continue
    const proxy = await startFaultyProxy(server)
    ports.set(from, { ...ports.get(from), [engine]: proxy.port })
    const about = from === connect ? "what Debezium reads, and the keeper's probes" : `the database of ${from}`
    all.push({ name: `${from} → ${engine}`, about, proxy })
  }
  return {
    all,
    through(service, around) {
      const { mysql, postgres } = ports.get(service) ?? {}
      return {
        ...around,
        stack: {
          ...around.stack,
          ...(mysql === undefined ? {} : { mysql: { ...around.stack.mysql, port: mysql } }),
          ...(postgres === undefined || around.stack.postgres === undefined
            ? {}
            : { postgres: { ...around.stack.postgres, port: postgres } })
        }
      }
    },
    forConnect(addresses) {
      const own = Object.entries(ports.get(connect) ?? {})
      return {
        ...addresses,
        ...Object.fromEntries(own.map(([engine, port]) => [portVariables[engine as Engine], String(port)]))
      }
    },
    close: async () => void (await Promise.all(all.map(({ proxy }) => proxy.close())))
  }
}

type Pair = readonly [from: string, engine: Engine]

/** Each service with each database server that it uses, and Connect with those that it reads. */
export function pairsOf(system: System): readonly Pair[] {
  const ofServices = system.services.flatMap(({ name, env }) => {
    const used = Object.values(env).flatMap(value =>
      typeof value === 'object' && 'database' in value ? (system.databases[value.database]?.engine ?? []) : []
    )
    return [...new Set(used)].map(engine => [name, engine] as const)
  })
  const captured = [...enginesOf(system)].filter(engine =>
    databasesOn(system, engine).some(({ accounts }) => Object.values(accounts).includes('capture'))
  )
  return [...ofServices, ...captured.map(engine => [connect, engine] as const)]
}
