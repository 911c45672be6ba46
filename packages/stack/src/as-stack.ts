import type { Ports } from './choose-ports.ts'
import { StackError } from './errors.ts'
import type { Part } from './process/part.ts'
import { registryUrl } from './registry/registry-part.ts'
import type { Stack } from './stack.ts'

export function brokersOf(ports: Ports): readonly string[] {
  return ports.kafka.map(port => `127.0.0.1:${port}`)
}

type Started = {
  readonly parts: readonly Part[]
  readonly ports: Ports
  readonly secret: string
  readonly release: () => void
}

/** The parts as a `Stack`: everything on loopback, whoever runs them. */
export function asStack({ parts, ports, secret, release }: Started): Stack {
  return {
    mysql: { host: '127.0.0.1', port: ports.mysql, rootPassword: secret },
    kafka: { brokers: brokersOf(ports) },
    connect: { urls: ports.connect.map(port => `http://127.0.0.1:${port}`) },
    ...(parts.some(({ name }) => name === 'registry') ? { registry: { url: registryUrl(ports.registry) } } : {}),
    parts,
    part: name => findPart(parts, name),
    async stopAll() {
      const is = (kind: string) => parts.filter(part => part.name.startsWith(kind))
      for (const group of [is('connect'), [...is('kafka'), ...is('mysql'), ...is('registry')]])
        await Promise.all(group.map(part => part.stop()))
      release()
    }
  }
}

function findPart(parts: readonly Part[], name: string): Part {
  const part = parts.find(candidate => candidate.name === name)
  if (part !== undefined) return part
  const known = parts.map(candidate => candidate.name).join(', ')
  throw new StackError('UNKNOWN_PART', `There is no part ${name}; there are ${known}.`)
}
