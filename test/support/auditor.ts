import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { urlFor } from '@outbox-cdc/pipeline'
import { root } from '@outbox-cdc/pipeline'
import type { TestPipeline } from './test-pipeline.ts'

/** The audit with the services' accounts, as the runbook shows it. */
export async function auditor({ stack, settings }: TestPipeline) {
  const at = { stack, secretsDir: join(settings.dir, 'secrets') }
  const OUTBOX_DB_URL = await urlFor('delivery_service', 'deliveries', at)
  const env = {
    ...process.env,
    OUTBOX_DB_URL,
    OUTBOX_SOURCE_URL: await urlFor('order_service', 'orders', at),
    KAFKA_BROKERS: stack.kafka.brokers.join(','),
    SCHEMA_REGISTRY_URL: stack.registry?.url ?? '',
    OUTBOX_TOPIC: 'orders_server.orders.outbox',
    OUTBOX_EVENT: 'order_created'
  }
  const tables = ['--committed', 'customer_order(id,created_at)', '--effects', 'delivery(order_id,delivered_at)']
  const args = [join(root, 'packages/outbox/src/cli.ts'), 'audit', ...tables, '--until', '0s', '--json']
  return {
    audit: () =>
      new Promise<{ code: unknown; findings: string[] }>((resolve, reject) => {
        execFile(process.execPath, args, { env, timeout: 30_000 }, (error, stdout, stderr) => {
          if (stdout === '') return reject(new Error(stderr))
          const { findings } = JSON.parse(stdout) as { findings: { kind: string; id: string }[] }
          resolve({ code: error?.code ?? 0, findings: findings.map(({ kind, id }) => `${kind} ${id}`) })
        })
      }),
    deliveries: (sql: string) => runAt(OUTBOX_DB_URL, sql)
  }
}

async function runAt(url: string, sql: string): Promise<void> {
  const connection = await createConnection(url)
  await connection.query(sql)
  await connection.end()
}
