import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { StackError } from './errors.ts'

/** A port of the loopback interface that is free now, outside the range from which systems take outgoing ports. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (await isFree(port)) return port
  }
}

/** Refuses with a sentence that names the process that holds the port. */
export async function requireFree(port: number, purpose: string): Promise<void> {
  if (await isFree(port)) return
  const holder = portHolder(port) ?? 'another process'
  throw new StackError(
    'PORT_TAKEN',
    `Port ${port}, wanted for ${purpose}, is taken by ${holder}. End it, or choose another port (npm start -- --help).`
  )
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** `name (pid N)` of the process that listens on a port; undefined where the system does not tell. */
export function portHolder(port: number): string | undefined {
  const inode = listeningInode(port)
  if (inode === undefined) return undefined
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    if (holdsSocket(pid, inode)) return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`
  }
  return undefined
}

function listeningInode(port: number): string | undefined {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const rows = readText(table).split('\n').slice(1)
    const row = rows
      .map(line => line.trim().split(/\s+/))
      .find(fields => fields[1]?.endsWith(`:${hexPort}`) && fields[3] === '0A')
    if (row !== undefined) return row[9]
  }
  return undefined
}

function holdsSocket(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(fd => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`)
  } catch {
    return false // ended meanwhile, or not ours to look into
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
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
