import type { Stack } from '@outbox-cdc/stack'
import { ownerOf, urlFor } from './accounts.ts'
import { type Addresses, connectorFiles, flowVariables, urlVariable } from './addresses.ts'
import { accessOf } from './security-variables.ts'
import type { NodeProcess } from './node-process.ts'
import type { Settings } from './settings.ts'
import type { Service, System, Value } from './system.ts'

/** What a service's environment is made of. */
export type Surroundings = {
  readonly system: System
  readonly stack: Stack
  readonly secretsDir: string
  readonly addresses: Addresses
  readonly outboxStore?: Settings['outboxStore']
  /** Takes the accounts that own the databases, as migrations need them. */
  readonly asOwner?: boolean
}

/** The services, each with its own account, its own port and nothing that it doesn't need. */
export function serviceProcesses(around: Surroundings & Pick<Settings, 'ports'>): Promise<readonly NodeProcess[]> {
  const processes = around.system.services.map(async service => {
    const { name, main, ready } = service
    const port = around.ports[name] ?? 0
    return {
      name,
      file: main,
      env: { HTTP_PORT: String(port), ...(await environmentOf(service, around)) },
      readyUrl: `http://127.0.0.1:${port}${ready}`
    }
  })
  return Promise.all(processes)
}

export async function environmentOf(
  { name, env, reads }: Service,
  around: Surroundings
): Promise<Record<string, string>> {
  const { NODE_EXTRA_CA_CERTS, ...access } = accessOf(name, around)
  const resolved: Record<string, string> = {
    ...(NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS }),
    ...(reads === undefined ? {} : access)
  }
  for (const [variable, source] of Object.entries(env)) {
    const value = await resolve(source, around)
    if (value !== undefined) resolved[variable] = value
  }
  return resolved
}

async function resolve(value: Value, around: Surroundings): Promise<string | undefined> {
  const { system, stack, addresses, outboxStore, asOwner } = around
  if (typeof value === 'string') return value
  if ('account' in value) {
    const owner = asOwner === true ? ownerOf(system, value.database) : undefined
    return urlFor(owner ?? value.account, value.database, around)
  }
  if ('urlOf' in value) return addresses[urlVariable(value.urlOf)]
  switch (value.from) {
    case 'brokers':
      return stack.kafka.brokers.join()
    case 'registry':
      return addresses['SCHEMA_REGISTRY_URL']
    case 'outbox store':
      return outboxStore
    case 'outbox writer':
      // One process of each service runs here, so every number is its own.
      return outboxStore === undefined ? undefined : '0'
  }
}

const liveUrl = (port: number) => `http://127.0.0.1:${port}/health/live`

/** The keeper and the console. */
export async function toolProcesses(around: Surroundings, settings: Settings): Promise<readonly NodeProcess[]> {
  const { system, addresses } = around
  const { ports, registry, dir } = settings
  const files = connectorFiles(system, registry)
  return [
    {
      name: 'keeper',
      file: 'packages/connectctl/src/cli.ts',
      args: ['keep', ...files, '--port', String(ports.keeper), '--watch-disk', dir],
      env: { ...addresses, ...accessOf('keeper', around) },
      readyUrl: liveUrl(ports.keeper)
    },
    await consoleProcess(around, settings, files)
  ]
}

async function consoleProcess(
  around: Surroundings,
  { ports }: Settings,
  files: readonly string[]
): Promise<NodeProcess> {
  return {
    name: 'console',
    file: 'packages/console/src/cli.ts',
    env: {
      ...around.addresses,
      ...accessOf('console', around),
      ...(await consoleEnvironment(around, files)),
      CONSOLE_PORT: String(ports.console),
      // Without these limits, garbage of a search takes up to twice as much memory.
      NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=192'
    },
    readyUrl: liveUrl(ports.console)
  }
}

async function consoleEnvironment(around: Surroundings, files: readonly string[]): Promise<Addresses> {
  const { addresses } = around
  const { flow } = around.system
  const file = files.find(path => path.split('/').at(-1)?.startsWith(`${flow.connector}.`))
  return {
    ...flowVariables(around.system),
    ...(file === undefined ? {} : { CONNECTOR_FILE: file }),
    AGGREGATE_DB_URL: await urlFor('console', flow.aggregate.database, around),
    EFFECT_DB_URL: await urlFor('console', flow.effect.database, around),
    WRITER_URL: addresses[urlVariable(flow.writer)] ?? '',
    CONSUMER_URL: addresses[urlVariable(flow.consumer)] ?? ''
  }
}
