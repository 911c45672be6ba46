import { expect, it, onTestFinished } from 'vitest'
import { join } from 'node:path'
import { urlFor } from '@outbox-cdc/pipeline'
import { createConnection } from 'mysql2/promise'
import { audit } from '../support/auditor.ts'
import { coreSuite } from '../support/core-suite.ts'
import { eventually } from '../support/eventually.ts'
import { get, post } from '../support/http.ts'
import { schemathesis } from '../support/schemathesis.ts'
import { type TestPipeline, coreTarget, startTestPipeline } from '../support/test-pipeline.ts'

let pipeline: TestPipeline
coreSuite('the pipeline', async () => {
  pipeline = await startTestPipeline()
  return coreTarget(pipeline)
})

it('passes outboxctl audit, and fails it with the ids of rows that are then removed or invented', async () => {
  const ids = await placeOrders(100)
  const { settings, stack } = pipeline
  const at = { system: settings.system, stack, secretsDir: join(settings.dir, 'secrets') }
  const deliveries = await createConnection(await urlFor('delivery_service', 'deliveries', at))
  onTestFinished(() => deliveries.end())
  await eventually(async () => expect(await audit(pipeline)).toMatchObject({ code: 0, findings: [] }), {
    timeoutMs: 30_000,
    everyMs: 1_000
  })

  const [lost, never] = [ids[17] ?? 0, 1_000_000_000]
  await deliveries.query(`DELETE FROM delivery WHERE order_id = ${lost}`)
  await deliveries.query(`INSERT INTO delivery (order_id, name, quantity) VALUES (${never}, 'invented', 1)`)
  const found = await audit(pipeline)
  await deliveries.query(`DELETE FROM delivery WHERE order_id = ${never}`)
  expect(found.code).toBe(1)
  expect(found.findings.sort()).toEqual([`effect without event ${never}`, `missing effect ${lost}`])
})

const findFaults = await schemathesis()

// The last one: it sends whatever the documents allow, and more.
it.skipIf(findFaults === undefined).each(['order-service', 'delivery-service', 'console'])(
  'answers what its OpenAPI document says, whatever is asked: %s',
  async name => {
    const base = `http://127.0.0.1:${pipeline.settings.ports[name]}`
    const api = name === 'console' ? `${base}/api` : base
    const headers = name === 'console' ? { 'X-Console-Action': (await get(`${api}/about`)).body.actionToken } : {}
    expect(await findFaults?.({ document: `${api}/openapi.json`, headers })).toBe('')
  }
)

async function placeOrders(count: number): Promise<readonly number[]> {
  const url = `http://127.0.0.1:${pipeline.settings.ports['order-service']}/order`
  const answers = Array.from({ length: count }, () => post(url, { name: 'audited', quantity: 1 }))
  return (await Promise.all(answers)).map(({ body }) => Number(body.id))
}
