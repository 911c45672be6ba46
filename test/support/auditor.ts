import { join } from 'node:path'
import { execa } from 'execa'
import { createConnection } from 'mysql2/promise'
import { root, urlFor } from '@outbox-cdc/pipeline'
import type { TestPipeline } from './test-pipeline.ts'

/** The audit with the services' accounts; npm start gives it the rest. */
export async function auditor({ addresses, stack, settings }: TestPipeline) {
  const at = { system: settings.system, stack, secretsDir: join(settings.dir, 'secrets') }
  const OUTBOX_DB_URL = await urlFor('delivery_service', 'deliveries', at)
  const env = {
    ...process.env,
    ...addresses,
    OUTBOX_DB_URL,
    OUTBOX_SOURCE_URL: await urlFor('order_service', 'orders', at)
  }
  const args = [join(root, 'packages/outbox/src/cli.ts'), 'audit', '--until', '0s', '--json']
  return {
    audit: async () => {
      const { stdout, stderr, exitCode } = await execa(process.execPath, args, { env, timeout: 30_000, reject: false })
      if (stdout === '') throw new Error(stderr)
      const { findings } = JSON.parse(stdout) as { findings: { kind: string; id: string }[] }
      return { code: exitCode, findings: findings.map(({ kind, id }) => `${kind} ${id}`) }
    },
    deliveries: (sql: string) => runAt(OUTBOX_DB_URL, sql)
  }
}

async function runAt(url: string, sql: string): Promise<void> {
  const connection = await createConnection(url)
  await connection.query(sql)
  await connection.end()
}
