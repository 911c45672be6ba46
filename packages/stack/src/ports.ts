import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { pid } from 'node:process'
import { StackError } from './errors.ts'
import { leasePorts } from './port-lease.ts'

let left: number[] = []
let turn: Promise<unknown> = Promise.resolve()

/** A port of the loopback interface that is free now, and that no other process is given as long as this process lives. */
export function freePort(): Promise<number> {
  const chosen = turn.then(choosePort)
  turn = chosen.catch(() => undefined)
  return chosen
}

async function choosePort(): Promise<number> {
  for (;;) {
    const port = left.shift()
    // Neighbouring processes begin far apart, so a block whose holder has just ended rests a while.
    if (port === undefined) left = await leasePorts(pid * 97)
    else if (await isFree(port)) return port
  }
}

/** Refuses with a sentence that names the process that holds the port, and the command that tells of other ports. */
export async function requireFree(port: number, purpose: string, help = 'npm start -- --help'): Promise<void> {
  if (await isFree(port)) return
  const holder = portHolder(port) ?? 'another process'
  throw new StackError(
    'PORT_TAKEN',
    `Port ${port}, wanted for ${purpose}, is taken by ${holder}. End it, or choose another port (${help}).`
  )
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** `name (pid N)` of the process that listens on a port; undefined where the system doesn't say. */
export function portHolder(port: number): string | undefined {
  const inode = listeningInode(port)
  const holder = inode && readdirSync('/proc').find(name => /^\d+$/.test(name) && holdsSocket(name, inode))
  return holder && `${readFileSync(`/proc/${holder}/comm`, 'utf8').trim()} (pid ${holder})`
}

function listeningInode(port: number): string | undefined {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter(existsSync)
  const rows = tables.flatMap(table => readFileSync(table, 'utf8').split('\n'))
  const listening = rows.map(row => row.trim().split(/\s+/)).find(row => row[1]?.endsWith(end) && row[3] === '0A')
  return listening?.[9]
}

function holdsSocket(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(fd => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`)
  } catch {
    return false // ended meanwhile, or belongs to another user
  }
}

/** Further brokers and workers take free ports, and the JMX exporters of further workers the next ones. */
export type RequestedPorts = Readonly<
  Partial<Record<'mysql' | 'postgres' | 'kafka' | 'connect' | 'registry' | 'jmx', number>>
>

type Counts = { readonly brokers: number; readonly workers: number; readonly wanted: readonly string[] }

export type Ports = Awaited<ReturnType<typeof choosePorts>>

/** Given ports of wanted parts must be free, and the sentence says who holds them; the others are chosen. */
export async function choosePorts(requested: RequestedPorts, { brokers, workers, wanted }: Counts) {
  for (const [name, port] of Object.entries(requested)) {
    if (wanted.includes(name)) await requireFree(port, name)
  }
  const several = async (count: number, first?: number) => {
    const ports = first === undefined ? [] : [first]
    while (ports.length < count) ports.push(await freePort())
    return ports
  }
  const [voters, brokerPorts] = [await several(brokers === 2 ? 1 : brokers), await several(brokers, requested.kafka)]
  return {
    mysql: requested.mysql ?? (await freePort()),
    postgres: requested.postgres ?? (await freePort()),
    kafka: kafkaNodes(brokerPorts, voters),
    connect: await several(workers, requested.connect),
    registry: requested.registry ?? (await freePort()),
    jmx: requested.jmx
  }
}

/** A KRaft node: a broker, a controller, or both in one process. */
export type KafkaNode = {
  readonly id: number
  readonly port?: number | undefined
  readonly controllerPort?: number | undefined
}

/** Two controllers can't go on when one of them is lost, so two brokers get a controller that is no broker. */
export function kafkaNodes(brokers: readonly number[], voters: readonly number[]): readonly KafkaNode[] {
  const nodes = brokers.map((port, index) => ({ id: index + 1, port }))
  if (voters.length === nodes.length) return nodes.map((node, index) => ({ ...node, controllerPort: voters[index] }))
  const controllers = voters.map((controllerPort, index) => ({ id: nodes.length + index + 1, controllerPort }))
  return [...nodes, ...controllers]
}
