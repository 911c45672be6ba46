import { StackError } from './errors.ts'
import type { Ports } from './ports.ts'
import type { Part } from './process/part.ts'
import { registryUrl } from './registry-part.ts'

/** The real engines, whichever way they run: child processes, containers, or servers that already run. */
export type Stack = {
  readonly mysql: { readonly host: string; readonly port: number; readonly rootPassword: string }
  readonly kafka: { readonly brokers: readonly string[] }
  readonly connect: { readonly urls: readonly string[] }
  /** The schema registry, where one was wanted, at the address that Confluent's clients use. */
  readonly registry?: { readonly url: string } | undefined
  /** What can be broken on purpose: 'mysql', 'kafka-1' …, 'connect-1' …, 'registry'. Empty for servers that already ran. */
  readonly parts: readonly Part[]
  /** The part of that name; throws when there is none. */
  part(name: string): Part
  /** Stops everything, the last started first. Servers that already ran keep running. */
  stopAll(): Promise<void>
}

type Started = {
  readonly parts: readonly Part[]
  readonly ports: Ports
  readonly rootPassword: string
  /** Called when all parts have stopped. */
  readonly release: () => unknown
}

/** The stack of parts that run on loopback. */
export function createStack({ parts, ports, rootPassword, release }: Started): Stack {
  const stop = (stopped: readonly Part[]) => Promise.all(stopped.map(part => part.stop()))
  return {
    mysql: { host: '127.0.0.1', port: ports.mysql, rootPassword },
    kafka: { brokers: brokersOf(ports) },
    connect: { urls: ports.connect.map(port => `http://127.0.0.1:${port}`) },
    ...(parts.some(({ name }) => name === 'registry') ? { registry: { url: registryUrl(ports.registry) } } : {}),
    parts,
    part(name) {
      const part = parts.find(candidate => candidate.name === name)
      if (part !== undefined) return part
      throw new StackError('UNKNOWN_PART', `There is no part ${name}; there are ${namesOf(parts)}.`)
    },
    async stopAll() {
      const isWorker = ({ name }: Part) => name.startsWith('connect')
      await stop(parts.filter(isWorker))
      await stop(parts.filter(part => !isWorker(part)))
      await release()
    }
  }
}

/** Starts Kafka before Connect and all else at once. Waits even when a part fails, so that the caller can stop the rest. */
export async function startParts(parts: readonly Part[]): Promise<void> {
  const start = (...kinds: readonly string[]) =>
    Promise.all(parts.filter(({ name }) => kinds.some(kind => name.startsWith(kind))).map(part => part.start()))
  const started = await Promise.allSettled([start('mysql', 'registry'), start('kafka').then(() => start('connect'))])
  const failed = started.find(result => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

export function brokersOf(ports: Ports): readonly string[] {
  return ports.kafka.map(port => `127.0.0.1:${port}`)
}

export function namesOf(parts: readonly Part[]): string {
  return parts.map(({ name }) => name).join(', ')
}

export type ExternalStackOptions = {
  readonly mysql: Stack['mysql']
  readonly brokers: readonly string[]
  readonly connectUrls: readonly string[]
  readonly registry?: { readonly url: string }
}

/** Servers that already run: they can be used, but neither started nor broken from here. */
export function externalStack({ mysql, brokers, connectUrls, registry }: ExternalStackOptions): Stack {
  return {
    mysql,
    kafka: { brokers },
    connect: { urls: connectUrls },
    registry,
    parts: [],
    part: name => {
      throw new StackError('UNKNOWN_PART', `${name} was running before, so it cannot be stopped or broken from here.`)
    },
    stopAll: async () => undefined
  }
}
