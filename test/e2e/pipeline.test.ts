import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { expect, it } from 'vitest'
import { urlFor } from '../../scripts/pipeline/accounts.ts'
import { root } from '../../scripts/pipeline/settings.ts'
import { coreSuite } from '../support/core-suite.ts'
import { eventually } from '../support/eventually.ts'
import { post } from '../support/http.ts'
import { type TestPipeline, coreTarget, startTestPipeline } from '../support/test-pipeline.ts'

let pipeline: TestPipeline
coreSuite('the pipeline', async () => {
  pipeline = await startTestPipeline()
  return coreTarget(pipeline)
})

it('passes outboxctl audit as it is, and fails it by name for what is then taken away or made up', async () => {
  const ids = await placeOrders(100)
  const { audit, deliveries } = await auditor()
  await eventually(async () => expect(await audit()).toEqual({ code: 0, findings: [] }), {
    timeoutMs: 30_000,
    everyMs: 1_000
  })

  const [lost, never] = [ids[17] ?? 0, 1_000_000_000]
  await deliveries(`DELETE FROM delivery WHERE order_id = ${lost}`)
  await deliveries(`INSERT INTO delivery (order_id, name, quantity) VALUES (${never}, 'nobody', 1)`)
  const found = await audit()
  await deliveries(`DELETE FROM delivery WHERE order_id = ${never}`)
  expect(found.code).toBe(1)
  expect(found.findings.sort()).toEqual([`effect without event ${never}`, `missing effect ${lost}`])
})

async function placeOrders(count: number): Promise<readonly number[]> {
  const url = `http://127.0.0.1:${pipeline.settings.ports.order}/order`
  const answers = Array.from({ length: count }, () => post(url, { name: 'audited', quantity: 1 }))
  return (await Promise.all(answers)).map(({ body }) => Number(body.id))
}

/** The audit with the accounts of the services and its own defaults, as the runbook shows it. */
async function auditor() {
  const at = { stack: pipeline.stack, secretsDir: join(pipeline.settings.dir, 'secrets') }
  const OUTBOX_DB_URL = await urlFor('delivery_service', 'deliveries', at)
  const env = {
    ...process.env,
    OUTBOX_DB_URL,
    OUTBOX_SOURCE_URL: await urlFor('order_service', 'orders', at),
    KAFKA_BROKERS: pipeline.stack.kafka.brokers.join(',')
  }
  const args = [join(root, 'packages/outbox/src/cli.ts'), 'audit', '--until', '0s', '--json']
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
