import { join } from 'node:path'
import { createPart, type Part } from '@outbox-cdc/stack'
import { urlFor } from '@outbox-cdc/pipeline'
import { root } from '@outbox-cdc/pipeline'
import type { Lab } from './lab.ts'

export type ProcessSpec = {
  readonly name: string
  /** From the root of the repository. */
  readonly file: string
  readonly env: Readonly<Record<string, string>>
  readonly readyUrl: string
}

/** Starts one of our processes; its log goes straight to a file, as under any supervisor. */
export async function startProcess(lab: Lab, spec: ProcessSpec): Promise<Part> {
  const { dir } = lab.settings
  const { PATH = '', HOME = '', BENCH_NODE_OPTIONS = '' } = process.env
  const part = createPart({
    name: spec.name,
    command: process.execPath,
    args: [...BENCH_NODE_OPTIONS.split(' ').filter(Boolean), join(root, spec.file)],
    env: { PATH, HOME, KAFKAJS_NO_PARTITIONER_WARNING: '1', NODE_OPTIONS: quietly, ...spec.env },
    logFile: join(dir, 'logs', `${spec.name}.log`),
    runDir: join(dir, 'run'),
    answers: () => answers(spec.readyUrl)
  })
  await part.start()
  lab.running.set(spec.name, part)
  return part
}

const quietly = '--disable-warning=TimeoutNegativeWarning'

export async function stopProcess(lab: Lab, name: string): Promise<void> {
  await lab.running.get(name)?.stop()
  lab.running.delete(name)
}

export function orderUrl({ settings }: Lab): string {
  return `http://127.0.0.1:${settings.ports['order-service']}`
}

/** The order service, or a variant of it, with the environment that `npm start` gives it. */
export async function orderProcess(lab: Lab, file: string, env: Record<string, string> = {}): Promise<ProcessSpec> {
  const port = String(lab.settings.ports['order-service'])
  const MYSQL_URL = await urlFor('order_service', 'orders', lab)
  return {
    name: 'order-service',
    file,
    env: { HTTP_PORT: port, MYSQL_URL, ...env },
    readyUrl: `http://127.0.0.1:${port}/health/ready`
  }
}

/** The delivery service, or a variant of it. */
export async function deliveryProcess(lab: Lab, file: string, env: Record<string, string> = {}): Promise<ProcessSpec> {
  const port = String(lab.settings.ports['delivery-service'])
  return {
    name: 'delivery-service',
    file,
    env: {
      HTTP_PORT: port,
      MYSQL_URL: await urlFor('delivery_service', 'deliveries', lab),
      KAFKA_BROKERS: lab.stack.kafka.brokers.join(','),
      ...env
    },
    readyUrl: `http://127.0.0.1:${env['HTTP_PORT'] ?? port}/health/ready`
  }
}

async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(3_000) })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
}
