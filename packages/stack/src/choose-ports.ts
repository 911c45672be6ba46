import { freePort, requireFree } from './process/ports.ts'

export type Ports = {
  readonly mysql: number
  readonly kafka: readonly number[]
  readonly controllers: readonly number[]
  readonly connect: readonly number[]
  readonly registry: number
  readonly jmx?: number
}

export type RequestedPorts = {
  readonly mysql?: number
  /** The first broker's; further brokers take free ports. */
  readonly kafka?: number
  /** The first worker's; further workers take free ports. */
  readonly connect?: number
  readonly registry?: number
  /** The first worker's JMX exporter; further workers take the next ones. */
  readonly jmx?: number
}

type Counts = { readonly brokers: number; readonly workers: number; readonly wanted: readonly string[] }

/** Given ports must be free, and the sentence says who holds them; the others are chosen. */
export async function choosePorts(requested: RequestedPorts, { brokers, workers, wanted }: Counts): Promise<Ports> {
  for (const [name, port] of Object.entries(requested)) {
    if (port !== undefined && (wanted.includes(name) || name === 'jmx')) await requireFree(port, name)
  }
  const several = async (first: number | undefined, count: number) => {
    const ports = [first ?? (await freePort())]
    while (ports.length < count) ports.push(await freePort())
    return ports
  }
  return {
    mysql: requested.mysql ?? (await freePort()),
    kafka: await several(requested.kafka, brokers),
    controllers: await several(undefined, brokers),
    connect: await several(requested.connect, workers),
    registry: requested.registry ?? (await freePort()),
    ...(requested.jmx === undefined ? {} : { jmx: requested.jmx })
  }
}
