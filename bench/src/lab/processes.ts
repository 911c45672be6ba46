import { join } from 'node:path'
import { root, urlFor } from '@outbox-cdc/pipeline'
import { createPart, freePort, requireOk } from '@outbox-cdc/stack'
import type { Lab } from './lab.ts'

type Service = {
  readonly kind: 'order-service' | 'relay' | 'delivery-service'
  /** From the root of the repository. */
  readonly file: string
  readonly env?: Readonly<Record<string, string>>
  /** The kind when left out. */
  readonly name?: string
}

/** Starts a service or a variant of it with the environment that `npm start` gives it. Returns its address. */
export async function startService(lab: Lab, { kind, file, env = {}, name = kind }: Service): Promise<string> {
  const { dir } = lab.settings
  const url = `http://127.0.0.1:${lab.settings.ports[name] ?? (await freePort())}`
  const [account, database] =
    kind === 'delivery-service' ? (['delivery_service', 'deliveries'] as const) : (['order_service', 'orders'] as const)
  const { PATH = '', HOME = '' } = process.env
  const part = createPart({
    name,
    dir,
    command: process.execPath,
    args: [join(root, file)],
    env: {
      PATH,
      HOME,
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
      NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning',
      HTTP_PORT: new URL(url).port,
      MYSQL_URL: await urlFor(account, database, lab),
      KAFKA_BROKERS: lab.stack.kafka.brokers.join(','),
      ...env
    },
    answers: () => requireOk(`${url}/health/ready`)
  })
  await part.start()
  lab.running.set(name, part)
  return url
}

export async function stopProcess(lab: Lab, name: string): Promise<void> {
  await lab.running.get(name)?.stop()
  lab.running.delete(name)
}

export function orderUrl({ settings }: Lab): string {
  return `http://127.0.0.1:${settings.ports['order-service']}`
}
