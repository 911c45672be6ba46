import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import type { Stack } from '@outbox-cdc/stack'
import { connectSecrets } from './accounts.ts'
import { adminVariables } from './security-variables.ts'
import { root } from './load-system.ts'
import { sagaMapFile } from './saga-map.ts'
import type { Settings } from './settings.ts'
import { replicasOf } from './replicas.ts'
import { type System, enginesOf } from './system.ts'

/**
 * Where the pipeline of a folder is, as the environment variables that our tools read. `npm start` writes it, so that
 * `npm run connectors`, `npm run status`, `npx connectctl` and `npx outboxctl` need no arguments. It holds no password.
 */
export type Addresses = Readonly<Record<string, string>>

const fileName = 'pipeline.env'

/** With every worker and every broker: a tool that knows only one can't go on when that one is down. */
export function addressesOf(settings: Settings, stack: Stack): Addresses {
  const { system, ports, replicas, dir, workers, containers, external, registry = false } = settings
  const local = (port = 0) => `http://127.0.0.1:${port}`
  const each = Array.from({ length: workers }, (_, worker) => worker)
  const exporters = each.map(worker => `${local(ports.jmx + worker)}/metrics`)
  const logs = each.map(worker => join(dir, 'logs', `connect-${worker + 1}.log`))
  return {
    SYSTEM: system.name,
    CONNECT_URL: stack.connect.urls.join(),
    KAFKA_BROKERS: stack.kafka.brokers.join(),
    ...databaseAddresses(system, stack),
    SECRETS_DIR: join(dir, 'secrets'),
    CONNECT_SECRETS_DIR: connectSecrets(join(dir, 'secrets')),
    CONNECT_DIR: dirname(connectorFiles(system, registry)[0] ?? join(root, 'connect-config')),
    ...Object.fromEntries(
      system.services.map(service => {
        const urls = replicasOf(service, replicas).map(({ name }) => local(ports[name]))
        return [urlVariable(service.name), urls.join()]
      })
    ),
    CONSOLE_URL: local(ports.console),
    KEEPER_URL: local(ports.keeper),
    ...adminVariables(stack, join(dir, 'secrets')),
    ...external?.variables,
    SAGA_MAP: sagaMapFile(dir),
    HOPS_FILE: join(dir, 'hops.json'),
    ...system.connectors.variables,
    ...(registry && stack.registry !== undefined ? { SCHEMA_REGISTRY_URL: stack.registry.url } : {}),
    ...(external === undefined && containers !== true ? { JMX_URLS: exporters.join(), CONNECT_LOG: logs.join() } : {})
  }
}

function databaseAddresses(system: System, { mysql, postgres }: Stack): Addresses {
  const engines = enginesOf(system)
  return {
    ...(engines.has('mysql') ? { MYSQL_HOST: mysql.host, MYSQL_PORT: String(mysql.port) } : {}),
    ...(postgres === undefined ? {} : { POSTGRES_HOST: postgres.host, POSTGRES_PORT: String(postgres.port) })
  }
}

/** The variable with the addresses of a service's processes, separated by commas: NAME_OF_IT_URL for name-of-it. */
export const urlVariable = (service: string): string => `${service.replaceAll('-', '_').toUpperCase()}_URL`

/** The connectors that write events as JSON, or, with a registry, as Avro. */
export function connectorFiles({ connectors }: System, registry = false): readonly string[] {
  return ((registry ? connectors.avro : connectors.json) ?? []).map(file => join(root, file))
}

export async function writeAddresses(dir: string, addresses: Addresses): Promise<void> {
  // Quoted, so that a shell that reads the file leaves `${dir:…}` and `&` alone.
  const quoted = (value: string) => (value.includes("'") ? `"${value}"` : `'${value}'`)
  const lines = Object.entries(addresses).map(([name, value]) => `${name}=${quoted(value)}\n`)
  await writeFile(join(dir, fileName), `# Written by npm start: where everything is.\n${lines.join('')}`)
}

/** The addresses that the last `npm start` of a folder wrote; empty when there was none. */
export async function readAddresses(dir: string): Promise<Addresses> {
  const file = join(dir, fileName)
  if (!existsSync(file)) return {}
  return parseEnv(await readFile(file, 'utf8')) as Addresses
}
