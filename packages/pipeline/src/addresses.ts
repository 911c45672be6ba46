import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { connectSecrets } from './accounts.ts'
import type { Stack } from '@outbox-cdc/stack'
import { type Settings, root } from './settings.ts'

/**
 * Where the pipeline of a folder is, as the environment variables that our tools read. `npm start` writes it, so that
 * `npm run connectors`, `npm run status` and `npx connectctl` need no arguments. It holds no password.
 */
export type Addresses = Readonly<Record<string, string>>

const fileName = 'pipeline.env'

/** With every worker and every broker: a tool that knows one alone is blind when that one is down. */
export function addressesOf(settings: Settings, stack: Stack): Addresses {
  const { ports, dir, workers, containers, external } = settings
  const local = (port: number) => `http://127.0.0.1:${port}`
  const exporters = Array.from({ length: workers }, (_, worker) => `${local(ports.jmx + worker)}/metrics`)
  return {
    CONNECT_URL: stack.connect.urls.join(),
    KAFKA_BROKERS: stack.kafka.brokers.join(),
    MYSQL_HOST: stack.mysql.host,
    MYSQL_PORT: String(stack.mysql.port),
    SECRETS_DIR: join(dir, 'secrets'),
    CONNECT_SECRETS_DIR: connectSecrets(join(dir, 'secrets')),
    ORDER_SERVICE_URL: local(ports.order),
    DELIVERY_SERVICE_URL: local(ports.delivery),
    CONSOLE_URL: local(ports.console),
    KEEPER_URL: local(ports.keeper),
    ...(settings.registry === true && stack.registry !== undefined
      ? { SCHEMA_REGISTRY_URL: stack.registry.url, CONNECT_DIR: join(root, 'connect-config/avro') }
      : {}),
    ...(external === undefined && containers !== true ? { JMX_URLS: exporters.join() } : {})
  }
}

export async function writeAddresses(dir: string, addresses: Addresses): Promise<void> {
  const lines = Object.entries(addresses).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(join(dir, fileName), `# Written by npm start: where everything is.\n${lines.join('')}`)
}

/** The addresses that the last `npm start` of a folder wrote; empty when there was none. */
export async function readAddresses(dir: string): Promise<Addresses> {
  const file = join(dir, fileName)
  if (!existsSync(file)) return {}
  return parseEnv(await readFile(file, 'utf8')) as Addresses
}
