import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stack } from '@outbox-cdc/stack'
import type { Settings } from '../settings.ts'
import { startControlServer } from './control-server.ts'
import { createFaults, Refused } from './faults.ts'
import { type Links, openLinks, pairsOf } from './links.ts'
import { type Supervised, targetsOf } from './targets.ts'

export type Playground = {
  readonly links: Links
  /** Where the console finds the control API. */
  readonly variables: Readonly<Record<string, string>>
  /** From now on these parts can be broken. */
  open(supervised: readonly Supervised[]): void
  /** Ends every fault, and lets no other begin. */
  endFaults(): Promise<void>
  close(): Promise<void>
}

export type PlaygroundParts = {
  readonly settings: Settings
  readonly stack: Stack
  readonly say: (line: string) => void
}

/** What `--playground` adds: proxies in front of the databases, and an API that breaks things for a while. */
export async function createPlayground({ settings, stack, say }: PlaygroundParts): Promise<Playground> {
  const { system, replicas, dir, ports } = settings
  let supervised: readonly Supervised[] | undefined
  const isOurs = settings.external === undefined && settings.containers !== true
  const links = await openLinks(isOurs ? pairsOf(system) : [], stack)
  const targets = () => {
    if (supervised === undefined) throw new Refused(503, 'Everything is still being started.')
    return targetsOf({ system, replicas, kafka: stack.kafka, links: links.all, supervised })
  }
  const faults = createFaults(targets, say)
  const token = randomBytes(24).toString('base64url')
  const server = await startControlServer({ token, faults, targets })
  const file = join(dir, 'run', 'playground.env')
  await mkdir(join(dir, 'run'), { recursive: true })
  await rm(file, { force: true })
  await writeFile(file, `PLAYGROUND_URL=${server.url}\nPLAYGROUND_TOKEN=${token}\n`, { mode: 0o600 })
  const oracle = system.playground && ports[system.playground.oracle.name]
  return {
    links,
    variables: {
      PLAYGROUND_URL: server.url,
      PLAYGROUND_TOKEN: `\${file:${file}:PLAYGROUND_TOKEN}`,
      ...(oracle === undefined ? {} : { PLAYGROUND_ORACLE_URL: `http://127.0.0.1:${oracle}` })
    },
    open: parts => void (supervised = parts),
    endFaults: () => faults.close(),
    async close() {
      await Promise.all([server.close(), links.close(), rm(file, { force: true })])
    }
  }
}
