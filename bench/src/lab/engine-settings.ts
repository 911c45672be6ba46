import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brokerSettings } from '@outbox-cdc/stack/kafka-part'
import { serverSettings } from '@outbox-cdc/stack/mysql-part'
import { root } from '@outbox-cdc/pipeline'
import type { Lab } from './lab.ts'

/** What each engine of the bench is told beyond its defaults, without addresses: as `npm start` tells it. */
export async function engineSettings({ stack }: Lab): Promise<Readonly<Record<string, readonly string[]>>> {
  const node = { id: 1, port: 0, controllerPort: 0 }
  const broker = Object.entries(brokerSettings(node, [node], '127.0.0.1'))
    .filter(([key]) => !/listeners|voters/.test(key))
    .map(([key, value]) => `${key}=${value}`)
  const worker = (await readFile(join(root, 'connect-config/worker.properties'), 'utf8'))
    .split('\n')
    .filter(line => /^[a-z]/.test(line))
  const connector = JSON.parse(await readFile(join(root, 'connect-config/orders-connector.json'), 'utf8')) as object
  return {
    mysqld: serverSettings,
    'Kafka broker': [...jvmOf(stack.part('kafka-1').pid()), ...broker],
    'Connect worker': [...jvmOf(stack.part('connect-1').pid()), ...worker],
    'orders-connector': Object.entries(connector).map(([key, value]) => `${key}=${value}`)
  }
}

function jvmOf(pid: number | undefined): readonly string[] {
  const file = `/proc/${pid}/cmdline`
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\0')
    .filter(argument => argument.startsWith('-X'))
}
