import { afterAll, expect, it, onTestFinished } from 'vitest'
import { join } from 'node:path'
import { urlFor } from '@outbox-cdc/pipeline'
import { createConnection } from 'mysql2/promise'
import { audit } from '../support/auditor.ts'
import { coreSuite } from '../support/core-suite.ts'
import { eventually } from '../support/eventually.ts'
import { get, post } from '../support/http.ts'
import { schemathesis } from '../support/schemathesis.ts'
import { newTraceparent, startTraceReceiver, type TraceReceiver, treeOf } from '../support/trace-receiver.ts'
import { type TestPipeline, coreTarget, startTestPipeline } from '../support/test-pipeline.ts'
import { verifyRecords } from '../support/verify-records.ts'

let pipeline: TestPipeline
let receiver: TraceReceiver
coreSuite('the pipeline', async () => {
  receiver = await startTraceReceiver()
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url
  pipeline = await startTestPipeline()
  return coreTarget(pipeline)
})
afterAll(() => receiver?.stop())

it('shows an order in one trace, from the request to the commit of its delivery', async () => {
  const { traceId, spanId, traceparent } = newTraceparent()
  await post(`http://127.0.0.1:${pipeline.settings.ports['order-service']}/order`, anOrder('Kim'), { traceparent })
  await eventually(() => {
    const tree = treeOf(receiver.spans, spanId)
    expect(tree).toEqual(
      expect.arrayContaining(['order-service: POST /order', '  delivery-service: publish order_created'])
    )
    expect(tree.slice(tree.indexOf('  delivery-service: process order_created'))).toEqual(
      expect.arrayContaining(['    delivery-service: BEGIN;', '    delivery-service: COMMIT;'])
    )
  })
  const spans = receiver.spans.filter(span => span.traceId === traceId)
  const statements = spans.flatMap(({ service, attributes: { 'db.query.text': text = '' } }) => `${service}: ${text}`)
  for (const statement of [
    /^order-service: START TRANSACTION[^]*INSERT INTO customer_order[^]*INSERT INTO outbox[^]*COMMIT$/,
    /^delivery-service: INSERT INTO inbox/,
    /^delivery-service: insert into `delivery`/
  ])
    expect(statements).toContainEqual(expect.stringMatching(statement))
  expect(JSON.stringify(spans)).not.toContain('Kim')
})

it('begins a trace with nothing but a request or an event, and not with those of machines', () => {
  const first = receiver.spans.filter(({ parent }) => parent === undefined)
  expect(new Set(first.map(({ name }) => name.split(' ')[0]))).toEqual(new Set(['POST', 'GET']))
  expect(first.filter(({ name }) => /health|metrics/.test(name))).toEqual([])
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

it('publishes records that keep the contract of the service that reads them', async () => {
  await verifyRecords(pipeline, { order_created: async () => (await placeOrders(1))[0] ?? 0 })
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
  const answers = Array.from({ length: count }, () => post(url, anOrder('audited')))
  return (await Promise.all(answers)).map(({ body }) => Number(body.id))
}

const anOrder = (name: string) => ({ name, quantity: 1 })
